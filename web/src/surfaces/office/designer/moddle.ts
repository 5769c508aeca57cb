/** What scenarios say beside BPMN (docs/journeys.md), told to the modeller so that it reads, keeps and writes it. */
const attribute = (name: string) => ({ name, type: 'String', isAttr: true })
const words = (name: string) => ({ name, superClass: ['Element'], properties: [attribute('zh'), attribute('en')] })

export const tingtang = {
  name: 'Tingtang',
  uri: 'urn:tingtang:journeys:1',
  prefix: 'tt',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Scenario', superClass: ['Element'], properties: ['en', 'group', 'channels', 'needs', 'identify', 'words', 'hours'].map(attribute) },
    words('Title'),
    words('Say'),
    words('Text'),
    words('Button'),
    {
      name: 'Field', superClass: ['Element'],
      properties: ['name', 'kind', 'zh', 'en', 'hint_zh', 'hint_en', 'required', 'options', 'default', 'when', 'least', 'most', 'pattern', 'length_max', 'sensitivity'].map(attribute),
    },
    { name: 'Row', superClass: ['Element'], properties: ['zh', 'en', 'value', 'when'].map(attribute) },
    { name: 'Input', superClass: ['Element'], properties: ['name', 'value'].map(attribute) },
    {
      name: 'Screen', superClass: ['Element'],
      properties: [
        ...['kind', 'into', 'en', 'actor'].map(attribute),
        { name: 'titles', type: 'Title', isMany: true },
        { name: 'says', type: 'Say', isMany: true },
        { name: 'texts', type: 'Text', isMany: true },
        { name: 'buttons', type: 'Button', isMany: true },
        { name: 'fields', type: 'Field', isMany: true },
        { name: 'rows', type: 'Row', isMany: true },
      ],
    },
    {
      name: 'Action', superClass: ['Element'],
      properties: [...['name', 'into', 'en', 'on_refused', 'needs', 'secret'].map(attribute), { name: 'inputs', type: 'Input', isMany: true }],
    },
    { name: 'Decision', extends: ['bpmn:BusinessRuleTask'], properties: [{ name: 'decision', type: 'String', isAttr: true }] },
  ],
}

export const FIELD_KINDS = ['text', 'digits', 'amount', 'number', 'date', 'choice', 'choices', 'yes', 'phone', 'id_number', 'address', 'signature', 'photo'] as const
export const SCREEN_KINDS = ['form', 'review', 'notice', 'receipt', 'wait'] as const

/** A scenario with nothing in it but a beginning and an end. */
export const blank = (id: string, name: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:tt="urn:tingtang:journeys:1" id="${id}_file" targetNamespace="urn:tingtang:scenarios">
  <bpmn:process id="${id}" name="${name}" isExecutable="true">
    <bpmn:extensionElements><tt:scenario group="own" channels="kiosk pad counter" hours="always"/></bpmn:extensionElements>
    <bpmn:startEvent id="start"><bpmn:outgoing>to_end</bpmn:outgoing></bpmn:startEvent>
    <bpmn:endEvent id="end"><bpmn:incoming>to_end</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="to_end" sourceRef="start" targetRef="end"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="${id}">
    <bpmndi:BPMNShape id="start_di" bpmnElement="start"><dc:Bounds x="160" y="160" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="end_di" bpmnElement="end"><dc:Bounds x="560" y="160" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="to_end_di" bpmnElement="to_end"><di:waypoint x="196" y="178"/><di:waypoint x="560" y="178"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`
