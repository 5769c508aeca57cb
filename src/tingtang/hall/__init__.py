"""厅堂管理: visits, tickets, dispatch, bookings, counters, tasks and ratings."""
