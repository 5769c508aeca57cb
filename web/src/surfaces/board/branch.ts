import type { ComputedRef, InjectionKey } from 'vue'

/** The branch whose hall this board shows. */
export const BRANCH: InjectionKey<ComputedRef<string>> = Symbol('branch')
