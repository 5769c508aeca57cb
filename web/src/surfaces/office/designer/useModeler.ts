/** One modeller on the page: what is selected, what is said of it beside BPMN, and every change through its own undo. */
import type Modeler from 'bpmn-js/lib/Modeler'
import type { BusinessObject, DiagramElement, ModdleElement } from 'bpmn-js/lib/Modeler'
import { onBeforeUnmount, ref, shallowRef, triggerRef, type Ref, type ShallowRef } from 'vue'
import { tingtang } from './moddle'

interface Modeling {
  updateProperties: (element: DiagramElement, properties: Record<string, unknown>) => void
  updateModdleProperties: (element: DiagramElement, target: unknown, properties: Record<string, unknown>) => void
}
interface Moddle {
  create: (type: string, properties?: Record<string, unknown>) => ModdleElement
}
interface Box {
  x: number
  y: number
  width: number
  height: number
}
interface Canvas {
  /** What is seen: `inner` is the drawing, in its own units; `outer` the page's piece, in pixels. */
  viewbox: (box?: Box) => { inner: Box; outer: { width: number; height: number } }
  getRootElement: () => DiagramElement
}

/** The modeller's tools stand at the left over what it draws. */
const BESIDE_TOOLS_PX = 140
const MARGIN_PX = 24

/** The whole drawing beside the tools, no larger than it was drawn. */
function showAll(canvas: Canvas): void {
  const { inner, outer } = canvas.viewbox()
  const free = { width: outer.width - BESIDE_TOOLS_PX - MARGIN_PX, height: outer.height - 2 * MARGIN_PX }
  if (inner.width <= 0 || inner.height <= 0 || free.width <= 0 || free.height <= 0) return
  const scale = Math.min(1, free.width / inner.width, free.height / inner.height)
  const width = outer.width / scale
  const height = outer.height / scale
  canvas.viewbox({ x: inner.x - BESIDE_TOOLS_PX / scale, y: inner.y + inner.height / 2 - height / 2, width, height })
}

export interface DesignerModel {
  selected: ShallowRef<DiagramElement | null>
  isChanged: Ref<boolean>
  open: (container: HTMLElement, xml: string) => Promise<void>
  xml: () => Promise<string>
  /** The part of our own namespace that belongs to the selected element, if it has one. */
  part: (type: 'tt:Screen' | 'tt:Action' | 'tt:Scenario') => ModdleElement | undefined
  /** Changes that part, and makes it where it is missing. */
  setPart: (type: 'tt:Screen' | 'tt:Action' | 'tt:Scenario', properties: Record<string, unknown>) => void
  /** Replaces the children of a part, given as plain values. */
  setMany: (type: 'tt:Screen' | 'tt:Action', list: string, child: string, values: readonly Record<string, string>[]) => void
  set: (properties: Record<string, unknown>) => void
  setCondition: (body: string) => void
}

export function useModeler(): DesignerModel {
  const selected = shallowRef<DiagramElement | null>(null)
  const isChanged = ref(false)
  let modeler: Modeler | null = null

  const service = <Service>(name: string): Service => {
    if (!modeler) throw new Error('the modeller is not open')
    return modeler.get<Service>(name)
  }
  const element = (): DiagramElement => {
    if (!selected.value) throw new Error('nothing is selected')
    return selected.value
  }
  const object = (): BusinessObject => element().businessObject

  async function open(container: HTMLElement, xml: string): Promise<void> {
    const { default: BpmnModeler } = await import('bpmn-js/lib/Modeler')
    await Promise.all([import('bpmn-js/dist/assets/diagram-js.css'), import('bpmn-js/dist/assets/bpmn-js.css'), import('bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css')])
    modeler?.destroy()
    modeler = new BpmnModeler({ container, moddleExtensions: { tt: tingtang } })
    await modeler.importXML(xml)
    showAll(service<Canvas>('canvas'))
    selected.value = service<Canvas>('canvas').getRootElement()
    isChanged.value = false
    modeler.on('selection.changed', ((event: { newSelection: DiagramElement[] }) => {
      const first = event.newSelection[0] ?? service<Canvas>('canvas').getRootElement()
      selected.value = first.labelTarget ?? first
    }) as (event: never) => void)
    modeler.on('commandStack.changed', () => {
      isChanged.value = true
      triggerRef(selected)
    })
  }

  async function xml(): Promise<string> {
    const saved = await modeler?.saveXML({ format: true })
    return saved?.xml ?? ''
  }

  const part: DesignerModel['part'] = (type) => selected.value?.businessObject.extensionElements?.values.find((one) => one.$type === type)

  function setPart(type: 'tt:Screen' | 'tt:Action' | 'tt:Scenario', properties: Record<string, unknown>): void {
    const modeling = service<Modeling>('modeling')
    const moddle = service<Moddle>('moddle')
    const found = part(type)
    if (found) {
      modeling.updateModdleProperties(element(), found, properties)
      return
    }
    const holder = (object().extensionElements as unknown as ModdleElement | undefined) ?? moddle.create('bpmn:ExtensionElements', { values: [] })
    holder.$parent = object()
    const made = moddle.create(type, properties)
    made.$parent = holder
    if (object().extensionElements) modeling.updateModdleProperties(element(), holder, { values: [...(holder.values as ModdleElement[]), made] })
    else {
      holder.values = [made]
      modeling.updateProperties(element(), { extensionElements: holder })
    }
  }

  function setMany(type: 'tt:Screen' | 'tt:Action', list: string, child: string, values: readonly Record<string, string>[]): void {
    if (!part(type)) setPart(type, {})
    const holder = part(type)
    const made = values.map((one) => {
      const kept = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== ''))
      const built = service<Moddle>('moddle').create(child, kept)
      built.$parent = holder
      return built
    })
    service<Modeling>('modeling').updateModdleProperties(element(), holder, { [list]: made })
  }

  function set(properties: Record<string, unknown>): void {
    service<Modeling>('modeling').updateProperties(element(), properties)
  }

  function setCondition(body: string): void {
    const expression = body ? service<Moddle>('moddle').create('bpmn:FormalExpression', { body }) : undefined
    if (expression) expression.$parent = object()
    set({ conditionExpression: expression })
  }

  onBeforeUnmount(() => modeler?.destroy())
  return { selected, isChanged, open, xml, part, setPart, setMany, set, setCondition }
}
