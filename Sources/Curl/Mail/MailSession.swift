import CCurl

/// One conversation with an SMTP server, by blocking calls on a thread of its own.
///
/// Not with the driver of `HTTPClient`: libcurl waits for the reply to a message and for that to `QUIT` without giving
/// the thread back, also in its multi interface, so that a slow mail server would stop all other transfers.
@safe final class MailSession {
    private let request: MailRequest
    private let host: String
    private let isCancelled: @Sendable () -> Bool
    private let easy: Easy
    private var conversation = MailConversation()
    /// Bytes of the message that libcurl has taken.
    private var taken = 0
    /// Owned; libcurl reads it during the conversation.
    private var recipients: UnsafeMutablePointer<curl_slist>?

    /// Nil without memory.
    init?(_ request: MailRequest, host: String, isCancelled: @escaping @Sendable () -> Bool) {
        guard let easy = Easy() else { return nil }
        self.easy = easy
        self.request = request
        self.host = host
        self.isCancelled = isCancelled
    }

    deinit {
        unsafe curl_slist_free_all(recipients)
    }

    /// To be called once.
    func run() -> Result<MailResponse, HTTPError> {
        _ = easy.begin(nil)
        var options = Options(easy)
        configure(&options)
        guard options.firstRefusal == CURLE_OK else { return .failure(error(options.firstRefusal)) }
        let code = unsafe curl_easy_perform(easy.handle)
        if isCancelled() { return .failure(.cancelled) }
        guard let last = conversation.last else { return .failure(error(code)) }
        // Whatever libcurl makes of it, a refusal is the server's answer.
        guard code == CURLE_OK || last.code >= 400 else { return .failure(error(code)) }
        return .success(
            MailResponse(
                isAccepted: code == CURLE_OK && request.message != nil, last: last,
                recipients: conversation.recipients))
    }

    private func configure(_ options: inout Options) {
        options.set(CURLOPT_URL, request.url)
        options.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_QUICK_EXIT, 1)
        options.set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        // One conversation, one connection: a kept one would be closed with a wait for the server.
        options.set(CURLOPT_FORBID_REUSE, 1)
        options.setTrust(request.network.caFile, machine: TrustStore.ofMachine())
        if let proxy = request.network.proxy { options.set(CURLOPT_PROXY, proxy) }
        if request.url.prefix(6).lowercased() == "smtp:/" { setSTARTTLS(&options) }
        if let login = request.login {
            options.set(CURLOPT_USERNAME, login.user)
            options.set(CURLOPT_PASSWORD, login.password)
        }
        for code in attach() { options.note(code) }
        guard let message = request.message else { return options.set(CURLOPT_CONNECT_ONLY, 1) }
        options.set(CURLOPT_MAIL_FROM, request.from)
        for code in attachMessage(size: message.count) { options.note(code) }
    }

    private func setSTARTTLS(_ options: inout Options) {
        options.set(CURLOPT_USE_SSL, request.requiresTLS ? watcher_use_tls_always : watcher_use_tls_where_offered)
        if !request.requiresTLS {
            options.set(CURLOPT_SSL_VERIFYPEER, 0)
            options.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    /// libcurl's reports of the conversation, and its question whether to go on.
    private func attach() -> [CURLcode] {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        let handle = unsafe easy.handle
        return unsafe [
            easy.collectErrors(),
            watcher_easy_set_pointer(handle, CURLOPT_DEBUGDATA, me),
            watcher_easy_set_debug(handle, noteLine),
            watcher_easy_set_long(handle, CURLOPT_VERBOSE, 1),
            watcher_easy_set_pointer(handle, CURLOPT_XFERINFODATA, me),
            watcher_easy_set_progress(handle, askWhetherToStop),
            watcher_easy_set_long(handle, CURLOPT_NOPROGRESS, 0),
            // Without one libcurl would print the server's lines.
            watcher_easy_set_write(handle, CURLOPT_WRITEFUNCTION, ignoreOutput),
        ]
    }

    private func attachMessage(size: Int) -> [CURLcode] {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        let handle = unsafe easy.handle
        for address in request.recipients {
            guard let longer = unsafe curl_slist_append(recipients, address) else { return [CURLE_OUT_OF_MEMORY] }
            unsafe recipients = longer
        }
        return unsafe [
            watcher_easy_set_list(handle, CURLOPT_MAIL_RCPT, recipients),
            watcher_easy_allow_refused_recipients(handle),
            watcher_easy_set_long(handle, CURLOPT_UPLOAD, 1),
            watcher_easy_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size)),
            watcher_easy_set_pointer(handle, CURLOPT_READDATA, me),
            watcher_easy_set_read(handle, giveMessage),
        ]
    }

    fileprivate static func at(_ address: UnsafeMutableRawPointer) -> MailSession {
        unsafe Unmanaged<MailSession>.fromOpaque(address).takeUnretainedValue()
    }

    fileprivate func note(_ type: curl_infotype, _ bytes: UnsafeBufferPointer<UInt8>) {
        switch type {
        case CURLINFO_HEADER_OUT: unsafe conversation.sent(bytes)
        case CURLINFO_HEADER_IN: unsafe conversation.received(bytes)
        default: break
        }
    }

    /// Also after `QUIT`: whatever the server says to that, the message is with it.
    fileprivate var isToStop: Bool { isCancelled() || conversation.isQuitting }

    /// Copies the next bytes of the message.
    fileprivate func give(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let rest = (request.message ?? [])[taken...].prefix(buffer.count)
        _ = unsafe buffer.update(fromContentsOf: rest)
        taken += rest.count
        return rest.count
    }

    // MARK: Errors

    private func error(_ code: CURLcode) -> HTTPError {
        let words = easy.errorText.prefix { !$0.isNewline }
        let text = unsafe words.isEmpty ? String(cString: curl_easy_strerror(code)).lowercased() : String(words)
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return .invalidRequest(reason: "libcurl does not take the server's URL or the proxy")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            return .resources(reason: text)
        case CURLE_COULDNT_RESOLVE_HOST: return .couldNotResolve(host: host)
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy(reason: text)
        case CURLE_COULDNT_CONNECT: return .couldNotConnect(host: host, reason: easy.systemError ?? text)
        case CURLE_OPERATION_TIMEDOUT where conversation.last == nil:
            return .couldNotConnect(host: host, reason: "it took too long")
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(host: host, after: request.timeout)
        case CURLE_USE_SSL_FAILED: return .tls(host: host, reason: "the server does not offer STARTTLS")
        case _ where code.isAboutTLS: return .tls(host: host, reason: text)
        case CURLE_LOGIN_DENIED:
            return .invalidRequest(reason: "\(host) offers no way to log in that is known here")
        case CURLE_WEIRD_SERVER_REPLY: return .protocolError(host: host, reason: text)
        default: return .connectionLost(host: host)
        }
    }
}

// MARK: What libcurl calls

private func noteLine(
    _: UnsafeMutableRawPointer?, _ type: curl_infotype, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ session: UnsafeMutableRawPointer?
) -> CInt {
    guard let bytes = unsafe bytes, let session = unsafe session else { return 0 }
    unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        unsafe MailSession.at(session).note(type, UnsafeBufferPointer(start: $0, count: count))
    }
    return 0
}

/// libcurl asks at least once a second.
private func askWhetherToStop(
    _ session: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> CInt {
    guard let session = unsafe session else { return 0 }
    return unsafe MailSession.at(session).isToStop ? 1 : 0
}

private func ignoreOutput(
    _: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _: UnsafeMutableRawPointer?
) -> Int { size * count }

private func giveMessage(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ session: UnsafeMutableRawPointer?
) -> Int {
    guard let buffer = unsafe buffer, let session = unsafe session else { return 0 }
    return unsafe buffer.withMemoryRebound(to: UInt8.self, capacity: size * count) {
        unsafe MailSession.at(session).give(UnsafeMutableBufferPointer(start: $0, count: size * count))
    }
}
