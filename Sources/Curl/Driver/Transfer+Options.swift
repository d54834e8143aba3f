import CCurl

extension Transfer {
    /// Sets every option of the transfer on its handle, as far as it has not got it. Returns the first that libcurl
    /// refused.
    func configure(_ configuration: HTTPClient.Configuration, trust: TrustStore, share: Share) -> CURLcode {
        let request = call.request
        var options = Options(easy)
        let hasBody = request.method != .get && request.method != .head
        let profile = Easy.Profile(
            method: request.method, isTLS: call.target.isTLS, connectTimeout: request.connectTimeout,
            network: request.network)
        if !easy.begin(hasBody ? nil : profile) {
            setCommon(configuration, trust: trust, share: share, &options)
        }
        options.set(CURLOPT_URL, request.url)
        options.note(setHeaders(hasBody: hasBody) ? CURLE_OK : CURLE_OUT_OF_MEMORY)
        for code in attach() { options.note(code) }
        if options.firstRefusal != CURLE_OK { easy.forgetOptions() }
        return options.firstRefusal
    }

    /// What is the same for all requests with one `Easy.Profile`, and the body where there is one.
    private func setCommon(
        _ configuration: HTTPClient.Configuration, trust: TrustStore, share: Share, _ options: inout Options
    ) {
        let request = call.request
        options.set(CURLOPT_PATH_AS_IS, 1)
        options.set(CURLOPT_PROTOCOLS_STR, configuration.allowPlainHTTP ? "http,https" : "https")
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        // No signals and no waiting for a name that a cancelled call no longer wants: getaddrinfo can't be interrupted,
        // and the driver would stand still for all. The look-up's thread then frees what it has by itself.
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_QUICK_EXIT, 1)
        options.set(CURLOPT_USERAGENT, configuration.userAgent)
        options.set(CURLOPT_ACCEPT_ENCODING, "gzip")
        options.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        options.set(CURLOPT_LOW_SPEED_LIMIT, HTTPClient.lowestSpeed)
        options.set(CURLOPT_LOW_SPEED_TIME, max(1, (configuration.stallTime.milliseconds + 999) / 1000))
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        options.set(CURLOPT_MAXLIFETIME_CONN, HTTPClient.longestConnection)
        share.join(easy, &options)
        setProtocol(&options)
        setMethod(&options)
        options.setTrust(request.network.caFile, machine: trust)
        options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        options.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        if let proxy = request.network.proxy { options.set(CURLOPT_PROXY, proxy) }
    }

    private func setProtocol(_ options: inout Options) {
        // Waiting for the first connection's answer on whether it multiplexes saves up to 100 connections; without TLS
        // it never does, and one hung answer would hold all others up.
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        options.set(CURLOPT_PIPEWAIT, call.target.isTLS ? 1 : 0)
    }

    private func setMethod(_ options: inout Options) {
        switch call.request.method {
        case .get: options.set(CURLOPT_HTTPGET, 1)
        case .head: options.set(CURLOPT_NOBODY, 1)
        case .post, .put, .patch, .delete:
            options.set(CURLOPT_POST, 1)
            options.setBody(call.request.body ?? [])
            options.set(CURLOPT_CUSTOMREQUEST, call.request.method.rawValue)
            // libcurl sends a request again by itself when a kept connection dies without an answer, a POST too: the
            // server may have acted on the first. On a connection of its own that never happens.
            options.set(CURLOPT_FRESH_CONNECT, 1)
        }
    }

    /// libcurl's spelling: `Name;` for an empty value, `Name:` to leave out what it would add by itself, which it does
    /// to a body.
    private func setHeaders(hasBody: Bool) -> Bool {
        let given = call.request.headers
        for (name, value) in given {
            let isBlank = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            guard addHeader(isBlank ? name + ";" : name + ": " + value) else { return false }
        }
        guard hasBody else { return true }
        for (unwanted, line) in [("Expect", "Expect:"), ("Content-Type", "Content-Type:")]
        where !given.contains(where: { HTTPHeaders.same($0.name, unwanted) }) {
            guard addHeader(line) else { return false }
        }
        return true
    }
}

/// Options of one handle; keeps the first refusal, so that a list of settings reads as one.
struct Options {
    private let easy: Easy
    private(set) var firstRefusal = CURLE_OK

    init(_ easy: Easy) {
        self.easy = easy
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        note(unsafe watcher_easy_set_long(easy.handle, option, value))
    }

    /// libcurl copies the text.
    mutating func set(_ option: CURLoption, _ value: String?) {
        note(unsafe watcher_easy_set_string(easy.handle, option, value))
    }

    /// libcurl copies as many bytes as the option before this one says.
    mutating func setBody(_ bytes: [UInt8]) {
        note(unsafe watcher_easy_set_size(easy.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        // An empty array may have no address, and nil would mean that a callback gives the body.
        let bytes = bytes.isEmpty ? [0] : bytes
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let start = unsafe UnsafeMutableRawPointer(mutating: buffer.baseAddress)
            note(unsafe watcher_easy_set_pointer(easy.handle, CURLOPT_COPYPOSTFIELDS, start))
        }
    }

    /// TLS 1.2 or newer, and the CA certificates of `caFile`, else those of the machine.
    mutating func setTrust(_ caFile: String?, machine: TrustStore) {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        let file: String?
        let directory: String?
        switch caFile.map(TrustStore.file) ?? machine {
        case .file(let path): (file, directory) = (path, nil)
        case .directory(let path): (file, directory) = (nil, path)
        case .fileAndDirectory(let path, let other): (file, directory) = (path, other)
        case .builtIn: return
        }
        for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] { set(option, file) }
        for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { set(option, directory) }
    }

    mutating func note(_ code: CURLcode) {
        if firstRefusal == CURLE_OK { firstRefusal = code }
    }
}

extension Duration {
    /// Rounded up, so that a wait is never cut short, and within what libcurl takes.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        guard seconds >= 0 else { return 0 }
        return Int(seconds) * 1000 + Int((max(0, attoseconds) + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
