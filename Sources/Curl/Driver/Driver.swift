import CCurl

/// The loop that makes all transfers of a client, on a thread of its own, which alone touches libcurl's handles.
///
/// Made on the client's thread, then handed over whole. No sockets are watched here: libcurl does that in
/// `curl_multi_poll`, which also ends when the mailbox wakes it.
@safe final class Driver {
    let mailbox: CommandQueue
    private let configuration: HTTPClient.Configuration
    private let trust = TrustStore.ofMachine()
    private let multi: UnsafeMutableRawPointer
    private let share: Share
    private let watch: SocketWatch
    /// Until then a lost connection is one that the watch has ended.
    private var cutUntil: ContinuousClock.Instant?
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var spares: [Easy] = []
    /// Calls that ended since the mailbox was last notified.
    private var ended = 0
    /// No transfer's time is over before this.
    private var nextDeadline: ContinuousClock.Instant?
    private var lull = Driver.shortestLull
    /// The server that was not reached in time last, and when: requests that waited for that connection go with it.
    private var unreached: (host: String, until: ContinuousClock.Instant)?

    /// Waits in milliseconds while transfers are under way. libcurl 7.88 can lose a wake-up when many HTTP/2 streams end
    /// on headers alone; another `curl_multi_perform` finds them. The loss follows upon traffic, so the first wait is
    /// short and each further one without any news is twice as long: a slow server costs a few rounds, not a ticking.
    private static let shortestLull: CInt = 2
    private static let longestLull: CInt = 256
    /// Easy handles kept for reuse: as many as one connection carries streams.
    private static let spareLimit = 100
    /// Connections open at a time, and kept idle.
    private static let connectionLimit = 256
    private static let idleConnectionLimit = 32

    /// How long after a connection was cut the transfers on it may take to hear of it.
    private static let cutTime = Duration.seconds(1)

    /// Nil without memory, descriptors or a thread.
    init?(_ configuration: HTTPClient.Configuration) {
        guard let share = Share(), let watch = SocketWatch() else { return nil }
        guard let multi = unsafe curl_multi_init() else {
            watch.end()
            return nil
        }
        self.watch = watch
        self.configuration = configuration
        self.share = share
        unsafe self.multi = multi
        unsafe mailbox = CommandQueue(waking: multi)
        let limits = [
            (CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)),
            (CURLMOPT_MAX_HOST_CONNECTIONS, max(1, configuration.maxConnectionsPerHost)),
            (CURLMOPT_MAX_CONCURRENT_STREAMS, max(1, configuration.maxConcurrentStreams)),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, Self.connectionLimit),
            (CURLMOPT_MAXCONNECTS, Self.idleConnectionLimit),
        ]
        for (option, value) in limits {
            guard unsafe watcher_multi_set_long(multi, option, value) == CURLM_OK else {
                watch.end()
                _ = unsafe curl_multi_cleanup(multi)
                return nil
            }
        }
    }

    /// Ends when the mailbox is closed and nothing is left.
    func run() {
        watch.begin()
        while true {
            let mail = mailbox.take(ended: ended)
            ended = 0
            for job in mail.jobs { unsafe job.runSynchronously(on: mailbox.asUnownedTaskExecutor()) }
            if mail.isClosed {
                for call in mail.starts { call.end(.failure(.shutDown)) }
                return tearDown()
            }
            if !mail.starts.isEmpty || !mail.cancels.isEmpty { lull = Self.shortestLull }
            for call in mail.starts { start(call) }
            for call in mail.cancels { cancel(call) }
            // What the jobs ask for goes out together with what is there.
            if !mail.jobs.isEmpty { continue }
            perform()
            endOverdue()
            wait()
        }
    }

    /// Frees everything of libcurl; nothing can be done afterwards. `run` does it by itself.
    func tearDown() {
        for transfer in transfers.values { transfer.call.end(.failure(.shutDown)) }
        for transfer in transfers.values { _ = unsafe curl_multi_remove_handle(multi, transfer.easy.handle) }
        transfers = [:]
        spares = []
        mailbox.forget()
        _ = unsafe curl_multi_cleanup(multi)
        watch.end()
    }

    private func start(_ call: PendingRequest) {
        guard !call.isEnded else { return ended += 1 }
        guard let easy = spares.popLast() ?? Easy() else {
            return end(call, .failure(.resources(reason: "no memory for a request")))
        }
        let transfer = Transfer(call, on: easy, watch)
        let refusal = transfer.configure(configuration, trust: trust, share: share)
        guard refusal == CURLE_OK else {
            end(call, transfer.outcome(refusal))
            return spare(easy)
        }
        guard unsafe curl_multi_add_handle(multi, easy.handle) == CURLM_OK else {
            return end(call, .failure(.resources(reason: "libcurl does not take another request")))
        }
        transfers[ObjectIdentifier(call)] = transfer
        watch.setActive(true)
        nextDeadline = nextDeadline.map { min($0, call.deadline) } ?? call.deadline
    }

    /// The caller has its answer already; a call that never came here, or has left, needs nothing.
    private func cancel(_ call: PendingRequest) {
        guard let transfer = transfers[ObjectIdentifier(call)] else { return }
        remove(transfer)
        ended += 1
    }

    private func perform() {
        guard !transfers.isEmpty else { return }
        var running: CInt = 0
        if watch.during({ _ = unsafe curl_multi_perform(multi, &running) }) { cutUntil = .now + Self.cutTime }
        var queued: CInt = 0
        while let message = unsafe curl_multi_info_read(multi, &queued) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else {
                continue
            }
            // The message dies with the handle's place in the multi handle.
            let code = unsafe watcher_message_result(message)
            lull = Self.shortestLull
            guard let transfer = unsafe Transfer.of(handle) else { continue }
            if beginsAgain(transfer, code) { continue }
            let outcome = transfer.outcome(code)
            remove(transfer)
            end(transfer.call, isCut(outcome) ? .failure(transfer.floodError) : outcome)
        }
    }

    /// libcurl counts the time that a request waits for a free connection as time for connecting. One that only waited,
    /// or was left too little time by the wait, begins again, as long as it has time.
    private func beginsAgain(_ transfer: Transfer, _ code: CURLcode) -> Bool {
        guard code == CURLE_OPERATION_TIMEDOUT, !transfer.requestBegan, !transfer.isResolving else { return false }
        let now = ContinuousClock.now
        let call = transfer.call
        guard transfer.connectBegan.map({ now - $0 < call.request.connectTimeout - Self.cutTime / 10 }) ?? true else {
            unreached = (call.target.host, now + Self.cutTime)
            return false
        }
        if let unreached, unreached.host == call.target.host, now < unreached.until { return false }
        guard now < call.deadline else { return false }
        _ = unsafe curl_multi_remove_handle(multi, transfer.easy.handle)
        transfer.beginAgain()
        return unsafe curl_multi_add_handle(multi, transfer.easy.handle) == CURLM_OK
    }

    private func isCut(_ outcome: PendingRequest.Outcome) -> Bool {
        guard let cutUntil, case .failure(.connectionLost) = outcome else { return false }
        return ContinuousClock.now < cutUntil
    }

    /// libcurl's own timeout would not run while a transfer waits for a connection to become free.
    private func endOverdue() {
        guard let next = nextDeadline, ContinuousClock.now >= next else { return }
        let now = ContinuousClock.now
        for transfer in transfers.values where transfer.call.deadline <= now {
            let error = transfer.timeoutError
            remove(transfer)
            end(transfer.call, .failure(error))
        }
        nextDeadline = transfers.values.lazy.map(\.call.deadline).min()
    }

    private func wait() {
        guard mailbox.doze() else { return }
        var milliseconds = CInt.max
        if !transfers.isEmpty {
            milliseconds = lull
            if let next = nextDeadline {
                milliseconds = min(lull, CInt(clamping: (next - ContinuousClock.now).milliseconds))
            }
        }
        var ready: CInt = 0
        _ = unsafe curl_multi_poll(multi, nil, 0, milliseconds, &ready)
        lull = ready > 0 ? Self.shortestLull : min(lull * 2, Self.longestLull)
    }

    private func end(_ call: PendingRequest, _ outcome: PendingRequest.Outcome) {
        ended += 1
        call.end(outcome)
    }

    private func remove(_ transfer: Transfer) {
        _ = unsafe curl_multi_remove_handle(multi, transfer.easy.handle)
        transfers[ObjectIdentifier(transfer.call)] = nil
        if transfers.isEmpty { watch.setActive(false) }
        spare(transfer.easy)
    }

    private func spare(_ easy: Easy) {
        guard spares.count < Self.spareLimit else { return }
        easy.rest()
        spares.append(easy)
    }
}
