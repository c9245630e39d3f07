"""Every write of the roof: reminders sent, reports frozen."""
