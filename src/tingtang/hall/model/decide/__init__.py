"""What follows from a command: events, or a refusal. Pure; the first page to read of the hall."""

from collections.abc import Callable
from typing import Any

from tingtang.hall.model import commands as c
from tingtang.hall.model.decide import counters, day, tickets, visits
from tingtang.hall.model.decide.checks import Events
from tingtang.hall.model.state import HallDay


def decide(state: HallDay, command: c.Command, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


_DECIDERS: dict[type[c.Command], Callable[[HallDay, Any, int], Events]] = {
    c.OpenDay: day.open_day,
    c.ChangeSetup: day.change_setup,
    c.StopTaking: day.stop_taking,
    c.ResumeTaking: day.resume_taking,
    c.CloseDay: day.close_day,
    c.Arrive: visits.arrive,
    c.Identify: visits.identify,
    c.Move: visits.move,
    c.ReachStage: visits.reach_stage,
    c.UseMachine: visits.use_machine,
    c.LeaveMachine: visits.leave_machine,
    c.Leave: visits.leave,
    c.IssueTicket: tickets.issue,
    c.CallNext: tickets.call_next,
    c.CallTicket: tickets.call_ticket,
    c.Recall: tickets.recall,
    c.StartService: tickets.start,
    c.Pass: tickets.pass_over,
    c.Return: tickets.come_back,
    c.HoldTicket: tickets.hold,
    c.Transfer: tickets.transfer,
    c.FinishService: tickets.finish,
    c.AddService: tickets.add_service,
    c.Abandon: tickets.abandon,
    c.Rate: tickets.rate,
    c.OpenCounter: counters.open_counter,
    c.PauseCounter: counters.pause_counter,
    c.ResumeCounter: counters.resume_counter,
    c.CloseCounter: counters.close_counter,
    c.SwitchServices: counters.switch_services,
    c.SendNotice: day.send_notice,
    c.WithdrawNotice: day.withdraw_notice,
    c.RunTimers: day.run_timers,
}
