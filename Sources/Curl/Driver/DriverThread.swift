import Glibc
import Synchronization

/// The thread that runs a driver. It is joined or detached exactly once, never by itself.
final class DriverThread: Sendable {
    private let thread: Mutex<pthread_t?>

    /// Takes the driver over: it belongs to the new thread from here on. Nil when the system gives none; the driver is
    /// then torn down.
    init?(running driver: Driver) {
        let address = unsafe Unmanaged.passRetained(driver).toOpaque()
        var thread = pthread_t()
        let failure = unsafe pthread_create(&thread, nil, { unsafe runDriver(at: $0) }, address)
        guard failure == 0 else {
            unsafe Unmanaged<Driver>.fromOpaque(address).release()
            driver.tearDown()
            return nil
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the thread, which has nothing left to do: for microseconds.
    func join() {
        if let thread = take() { _ = pthread_join(thread, nil) }
    }

    /// Lets the thread end by itself, whenever that is.
    func detach() {
        if let thread = take() { _ = pthread_detach(thread) }
    }

    private func take() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }
}

private func runDriver(at address: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let address = unsafe address else { return nil }
    blockSignals()
    let driver = unsafe Unmanaged<Driver>.fromOpaque(address).takeRetainedValue()
    let mailbox = driver.mailbox
    driver.run()
    mailbox.end()
    return nil
}

/// The program's signals are not for this thread, and a write of OpenSSL's to a connection that the other side has
/// closed raises SIGPIPE, which with `CURLOPT_NOSIGNAL` nobody else catches: blocked, it is an error of `write`.
/// Faults stay: blocked, they would end the process without a word on where.
package func blockSignals() {
    var signals = sigset_t()
    _ = unsafe sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { _ = unsafe sigdelset(&signals, fault) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
}
