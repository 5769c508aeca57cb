"""厅堂任务: what a person in the hall must do now, and who is asked to do it. Pure.

A task is offered to the best person on duty; who does not accept in time is passed over and the
task is offered to the next, then to the roles of the next level. Times are kept at every step.
"""
