/** Any page may ask for a person; the bar at the foot of the screen does the calling. */
import { ref } from 'vue'

export const callsForHelp = ref(0)
export const askForHelp = (): void => {
  callsForHelp.value += 1
}
