/** What is used of bpmn-js; it brings no types for its services. */
declare module 'bpmn-js/lib/Modeler' {
  export interface BusinessObject {
    id: string
    name?: string
    $type: string
    $attrs: Record<string, string>
    extensionElements?: { values: ModdleElement[]; $parent?: unknown }
    conditionExpression?: { body: string }
    calledElement?: string
    script?: string
    decision?: string
    get: (name: string) => unknown
  }
  export interface ModdleElement {
    $type: string
    $parent?: unknown
    [name: string]: unknown
  }
  export interface DiagramElement {
    id: string
    type: string
    businessObject: BusinessObject
    labelTarget?: DiagramElement
  }
  export default class Modeler {
    constructor(options: { container: HTMLElement; moddleExtensions: Record<string, unknown>; keyboard?: { bindTo: EventTarget }; additionalModules?: unknown[] })
    importXML(xml: string): Promise<{ warnings: unknown[] }>
    saveXML(options: { format: boolean }): Promise<{ xml?: string }>
    get<Service = unknown>(name: string): Service
    on(event: string, listener: (event: never) => void): void
    destroy(): void
  }
}
