/** What a colour may mean here. `bad` is only for what is wrong, `vip` only for VIP. */
export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad' | 'care' | 'vip'
