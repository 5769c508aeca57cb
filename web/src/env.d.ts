/// <reference types="vite/client" />
import 'vue'

declare module 'vue' {
  /** What may be said on any component and falls through to its element. */
  interface AllowedComponentProps {
    id?: string
    role?: string
    tabindex?: number
    title?: string
    lang?: string
    [attribute: `aria-${string}`]: string | number | boolean | undefined
    [attribute: `data-${string}`]: string | number | boolean | undefined
  }

  // Declaration merging needs an interface.
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style
  interface HTMLAttributes {
    [attribute: `data-${string}`]: string | number | boolean | undefined
  }
}
