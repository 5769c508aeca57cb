/** Faults of devices as the live views `devices.faults` and `devices.device_faults` show them. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** `devices.faults`, by branch. */
export type BranchFaults = Schemas['BranchFaults']
export type DeviceAlarm = Schemas['DeviceAlarm']
export type AlarmGrade = DeviceAlarm['grade']
export type AlarmState = DeviceAlarm['state']
export type DeviceRepair = Schemas['DeviceRepair']
export type RepairState = DeviceRepair['state']
export type RepairStep = DeviceRepair['next_steps'][number]
export type Cause = NonNullable<DeviceRepair['cause']>
export type MaintenanceWindow = Schemas['MaintenanceWindow']
export type Owners = BranchFaults['owners']

/** `devices.device_faults`, by branch/device. */
export type DeviceFaults = Schemas['DeviceFaultsView']
export type ReliabilityFigures = Schemas['ReliabilityFigures']
export type FleetReliability = Schemas['FleetReliability']
export type FleetRepairs = Schemas['FleetRepairs']
export type FailureForecast = Schemas['FailureForecast']
