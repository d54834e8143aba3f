import CCurl

/// An asynchronous HTTP client over libcurl: HTTP/2 over few connections, bounded in every direction.
///
/// One thread makes all transfers; requests share connections, TLS sessions and looked-up names. Redirects are never
/// followed, cookies never kept, passwords never read from files. With nothing under way the thread sleeps without ticks.
package final class HTTPClient: Sendable {
    package struct Configuration: Sendable {
        /// libcurl sends none by itself, and GitHub refuses requests without one.
        package var userAgent: String
        /// Requests beyond what these carry wait for one to become free. One HTTP/2 connection carries
        /// `maxConcurrentStreams`; a `POST` or `PUT` takes a new connection.
        package var maxConnectionsPerHost: Int
        /// What GitHub announces as its own limit.
        package var maxConcurrentStreams: Int
        /// Whether `http://` can be requested at all. Which URLs may use it is for the caller to decide.
        package var allowPlainHTTP: Bool
        /// So long, in whole seconds, an answer may come slower than `lowestSpeed` before it is given up.
        package var stallTime: Duration
        /// Called after each exchange with what came of it and how long it took.
        package var observe: (@Sendable (HTTPRequest, Result<HTTPResponse, HTTPError>, Duration) -> Void)?

        package init(
            userAgent: String = "watcher", maxConnectionsPerHost: Int = 4, maxConcurrentStreams: Int = 100,
            allowPlainHTTP: Bool = true, stallTime: Duration = .seconds(15)
        ) {
            self.userAgent = userAgent
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.maxConcurrentStreams = maxConcurrentStreams
            self.allowPlainHTTP = allowPlainHTTP
            self.stallTime = stallTime
        }
    }

    /// Bytes a second; an answer that does not even begin counts as slow too.
    package static let lowestSpeed = 1
    /// Seconds after which a connection takes no new request, so that a server which moved is found again.
    static let longestConnection = 3600

    private let configuration: Configuration
    private let mailbox: CommandQueue
    private let thread: DriverThread

    /// Throws `resources` when the system gives no memory, descriptors or thread, `invalidRequest` for a user agent that
    /// can't stand in a header.
    package init(_ configuration: Configuration = Configuration()) throws(HTTPError) {
        guard configuration.userAgent.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .invalidRequest(reason: "the user agent contains a control character")
        }
        guard Self.isLibraryReady else { throw .resources(reason: "libcurl cannot begin") }
        guard let driver = Driver(configuration) else { throw .resources(reason: "no memory or descriptors left") }
        self.configuration = configuration
        mailbox = driver.mailbox
        guard let thread = DriverThread(running: driver) else { throw .resources(reason: "no thread left") }
        self.thread = thread
    }

    /// Nothing is under way (every `send` holds its client), so that the thread ends at once; nobody waits for it.
    deinit {
        mailbox.close()
        thread.detach()
    }

    /// Makes the exchange. Any status is an answer. When the task is cancelled it throws `cancelled` at once; whether the
    /// server has seen the request is then unknown.
    package nonisolated func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let target = try RequestTarget(request, allowPlainHTTP: configuration.allowPlainHTTP)
        let call = PendingRequest(request, target: target)
        let began = ContinuousClock.now
        let outcome = await withTaskCancellationHandler {
            if let refusal = mailbox.start(call) { call.end(.failure(refusal)) }
            return await call.outcome()
        } onCancel: {
            call.end(.failure(.cancelled))
            mailbox.cancel(call)
        }
        configuration.observe?(request, outcome, .now - began)
        return try outcome.get()
    }

    /// Runs tasks on the client's own thread, where a request and its answer cost no change of threads. What they do holds
    /// up all transfers, so it is to be short. After the client's end they run where tasks usually do.
    package var executor: any TaskExecutor { mailbox }

    /// Ends everything under way with `shutDown`, closes all connections and ends the thread; returns when that is done.
    /// Later requests fail with `shutDown`. May be called any number of times; a cancelled task waits all the same. Not
    /// to be called from a task on `executor`: it waits for that thread.
    package func shutdown() async {
        mailbox.close()
        await mailbox.awaitEnd()
        thread.join()
    }

    /// libcurl's set-up of the process, once. It is safe beside other threads since 7.84.
    static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
