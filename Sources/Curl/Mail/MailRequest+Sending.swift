import Glibc
import Synchronization

extension MailRequest {
    /// Has the conversation, on a thread of its own. Any reply is an answer.
    ///
    /// A cancelled task gets `cancelled` when the conversation has ended, within a second: the server may then have the
    /// message or not.
    package nonisolated func send() async throws(HTTPError) -> MailResponse {
        guard HTTPClient.isLibraryReady else { throw .resources(reason: "libcurl cannot begin") }
        let thread = MailThread(self, host: try checked())
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { thread.start($0) }
        } onCancel: {
            thread.cancel()
        }
        thread.join()
        return try outcome.get()
    }
}

/// The thread of one conversation.
private final class MailThread: Sendable {
    typealias Outcome = Result<MailResponse, HTTPError>

    private let request: MailRequest
    private let host: String
    private let isCancelled = Atomic(false)
    private let thread = Mutex<pthread_t?>(nil)
    private let waiting = Mutex<CheckedContinuation<Outcome, Never>?>(nil)

    init(_ request: MailRequest, host: String) {
        self.request = request
        self.host = host
    }

    /// To be called once; the continuation gets the outcome.
    func start(_ continuation: CheckedContinuation<Outcome, Never>) {
        waiting.withLock { $0 = continuation }
        let address = unsafe Unmanaged.passRetained(self).toOpaque()
        var made = pthread_t()
        guard unsafe pthread_create(&made, nil, { unsafe runMail(at: $0) }, address) == 0 else {
            unsafe Unmanaged<MailThread>.fromOpaque(address).release()
            return end(.failure(.resources(reason: "no thread left")))
        }
        let thread = made
        self.thread.withLock { $0 = thread }
    }

    /// From any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// After the outcome: the thread has nothing left to do.
    func join() {
        if let thread = thread.withLock({ $0 }) { _ = pthread_join(thread, nil) }
    }

    fileprivate func run() {
        let session = MailSession(request, host: host) { self.isCancelled.load(ordering: .relaxed) }
        end(session?.run() ?? .failure(.resources(reason: "no memory for a message")))
    }

    private func end(_ outcome: Outcome) {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }?.resume(returning: outcome)
    }
}

private func runMail(at address: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let address = unsafe address else { return nil }
    blockSignals()
    unsafe Unmanaged<MailThread>.fromOpaque(address).takeRetainedValue().run()
    return nil
}
