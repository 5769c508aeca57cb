"""Every way in which a booking is refused."""

from tingtang.kernel.errors import Problem

NOT_PLANNED = Problem(
    "no_booking_day", 409, "这一天不接受预约", "No bookings are taken for this day"
)
NOT_BOOKABLE = Problem(
    "not_bookable", 422, "该业务不支持预约", "This service cannot be booked ahead"
)
UNKNOWN_SLOT = Problem("unknown_slot", 422, "没有这个预约时段", "There is no such time slot")
SLOT_PAST = Problem("slot_past", 409, "这个时段已经过去", "This time has passed")
SLOT_FULL = Problem(
    "slot_full", 409, "这个时段已约满，请另选时间", "This time is fully booked; choose another"
)
STAFF_TAKEN = Problem(
    "staff_taken", 409, "该员工此时段已有预约", "This person is already booked at that time"
)
STAFF_UNABLE = Problem(
    "staff_unable",
    422,
    "该员工不能办理此业务，请选择其他员工",
    "This person does not do that service; choose somebody else",
)
TOO_MANY = Problem(
    "too_many_bookings",
    409,
    "同一客户每天最多预约 {most} 次",
    "At most {most} bookings a customer and day",
)
TOO_MANY_HOLDS = Problem(
    "too_many_holds",
    409,
    "请先确认或取消已保留的 {most} 个时段",
    "Confirm or cancel the {most} times you are holding first",
)
CODES_USED = Problem(
    "codes_used", 409, "预约码已被占用，请重试", "These booking codes are in use: try again"
)
UNKNOWN_BOOKING = Problem("unknown_booking", 404, "没有这个预约", "There is no such booking")
BOOKING_STATE = Problem(
    "booking_state",
    409,
    "该预约{state}，不能{action}",
    "This booking is {state} and cannot be {action}",
)
NOT_TODAY = Problem(
    "not_today", 409, "该预约是 {date} 的，请当天签到", "This booking is for {date}: check in then"
)
TOO_EARLY = Problem(
    "too_early",
    409,
    "签到过早：请在预约时间前 {minutes} 分钟内签到，或先现场取号",
    "Too early: check in at most {minutes} minutes before your time, or take a walk-in ticket",
)
NO_CONTACT = Problem(
    "no_contact",
    422,
    "请留下手机号，以便提醒和签到",
    "Leave a phone number, for the reminder and to check in",
)
TOO_FAR = Problem("too_far_ahead", 422, "最多提前 {days} 天预约", "Bookings open {days} days ahead")
WRONG_CODE_OFTEN = Problem(
    "wrong_code_often",
    429,
    "预约码多次不符，请 {seconds} 秒后再试，或联系大堂经理",
    "Too many wrong codes: try again in {seconds} s, or ask the lobby manager",
)
