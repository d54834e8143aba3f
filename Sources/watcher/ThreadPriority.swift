/// In place of the C library's `setpriority`, which a program's own function precedes: threads keep the priority that the
/// process was started with.
///
/// libdispatch calls it for each of its threads. Its manager is to be above the default, which the system refuses any user
/// but root, and libdispatch writes that to the system's log at each start; the others are to have the default, which
/// takes back what `nice` was asked for. Programs that are started have their own.
@c(setpriority)
public func setpriority(_ which: CInt, _ who: UInt32, _ priority: CInt) -> CInt { 0 }
