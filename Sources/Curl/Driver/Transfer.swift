import CCurl

/// One call while libcurl works on it: the handle, what has come so far, and why it was stopped if it was.
///
/// Belongs to the driver's thread; libcurl's callbacks run there too, inside `curl_multi_perform`, and are given this
/// object by address. So it has to outlive its place in the multi handle: the driver removes it there first.
@safe final class Transfer {
    /// Why a callback made libcurl stop. libcurl itself only says "write error".
    enum Stop { case bodyLimit, headerLimit, encodings }

    let call: PendingRequest
    let easy: Easy
    private let watch: SocketWatch
    private(set) var headers = HeaderCollector()
    private(set) var body: [UInt8] = []
    private(set) var stop: Stop?
    /// The connection stands and the request is about to be written to it: from here on the server may have seen it.
    private(set) var requestBegan = false
    /// Of the server or of the proxy, whichever libcurl has begun to connect to; nil before that.
    private(set) var triedPort: UInt16?
    /// When libcurl began to connect for it; nil as long as it waits for a connection that is free.
    private(set) var connectBegan: ContinuousClock.Instant?
    /// Owned; libcurl reads it until the transfer has left the multi handle.
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init(_ call: PendingRequest, on easy: Easy, _ watch: SocketWatch) {
        self.call = call
        self.easy = easy
        self.watch = watch
    }

    deinit {
        unsafe curl_slist_free_all(headerList)
    }

    /// It has only waited, and is handed to libcurl once more.
    func beginAgain() {
        triedPort = nil
        connectBegan = nil
    }

    /// The name was being looked up when the time for connecting was over.
    var isResolving: Bool { easy.errorText.hasPrefix("Resolving timed out") }

    /// Adds one line to the request's header list. False without memory.
    func addHeader(_ line: String) -> Bool {
        guard let longer = unsafe curl_slist_append(headerList, line) else { return false }
        unsafe headerList = longer
        return true
    }

    /// Hands libcurl the header list and this object's callbacks.
    func attach() -> [CURLcode] {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        let handle = unsafe easy.handle
        // It is the driver's, and outlives every connection.
        let watch = unsafe Unmanaged.passUnretained(watch).toOpaque()
        return unsafe [
            easy.collectErrors(),
            watcher_easy_set_list(handle, CURLOPT_HTTPHEADER, headerList),
            watcher_easy_set_pointer(handle, CURLOPT_PRIVATE, me),
            watcher_easy_set_pointer(handle, CURLOPT_WRITEDATA, me),
            watcher_easy_set_write(handle, CURLOPT_WRITEFUNCTION, takeBody),
            watcher_easy_set_pointer(handle, CURLOPT_HEADERDATA, me),
            watcher_easy_set_write(handle, CURLOPT_HEADERFUNCTION, takeHeader),
            watcher_easy_set_pointer(handle, CURLOPT_PREREQDATA, me),
            watcher_easy_set_prerequest(handle, noteRequest),
            watcher_easy_set_pointer(handle, CURLOPT_OPENSOCKETDATA, me),
            watcher_easy_set_open_socket(handle, openSocket),
            watcher_easy_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, watch),
            watcher_easy_set_close_socket(handle, closeSocket),
        ]
    }

    /// The transfer that `CURLOPT_PRIVATE` of a handle names; nil for a handle that has none.
    static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
        var answer: UnsafeMutableRawPointer?
        _ = unsafe watcher_easy_get_pointer(handle, CURLINFO_PRIVATE, &answer)
        return unsafe answer.map { unsafe Transfer.at($0) }
    }

    fileprivate static func at(_ address: UnsafeMutableRawPointer) -> Transfer {
        unsafe Unmanaged<Transfer>.fromOpaque(address).takeUnretainedValue()
    }

    fileprivate func took(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= call.request.bodyLimit - body.count else {
            stop = .bodyLimit
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    fileprivate func took(headerLine line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard unsafe headers.take(line) else {
            stop = .headerLimit
            return false
        }
        // Each further encoding multiplies what one byte costs to unpack, before the limit of the body is reached.
        if headers.isComplete, headers.encodings > 1 { stop = .encodings }
        return stop == nil
    }

    fileprivate func noteRequestBegan() {
        requestBegan = true
    }

    fileprivate func open(_ address: curl_sockaddr) -> curl_socket_t {
        triedPort = address.port
        if connectBegan == nil { connectBegan = .now }
        let socket = address.open()
        watch.opened(socket)
        return socket
    }
}

// MARK: What libcurl calls

/// Returning another number than it was given ends the transfer. libcurl's answer for `size` is always 1.
private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ transfer: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let transfer = unsafe transfer else { return 0 }
    return unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        let buffer = unsafe UnsafeBufferPointer(start: $0, count: count)
        return unsafe Transfer.at(transfer).took(body: buffer) ? count : 0
    }
}

private func takeHeader(
    _ line: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ transfer: UnsafeMutableRawPointer?
) -> Int {
    guard let line = unsafe line, let transfer = unsafe transfer else { return 0 }
    return unsafe line.withMemoryRebound(to: UInt8.self, capacity: count) {
        let buffer = unsafe UnsafeBufferPointer(start: $0, count: count)
        return unsafe Transfer.at(transfer).took(headerLine: buffer) ? count : 0
    }
}

/// libcurl calls it for each request, also on a kept connection, after connecting and before writing.
private func noteRequest(
    _ transfer: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: CInt,
    _: CInt
) -> CInt {
    if let transfer = unsafe transfer { unsafe Transfer.at(transfer).noteRequestBegan() }
    return CInt(CURL_PREREQFUNC_OK)
}

/// libcurl calls it for each address that it tries.
private func openSocket(
    _ transfer: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let transfer = unsafe transfer, let address = unsafe address else { return CURL_SOCKET_BAD }
    return unsafe Transfer.at(transfer).open(address.pointee)
}

/// libcurl calls it for each connection that ends, with what `CURLOPT_CLOSESOCKETDATA` was when it began.
private func closeSocket(_ watch: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> CInt {
    guard let watch = unsafe watch else { return -1 }
    return unsafe Unmanaged<SocketWatch>.fromOpaque(watch).takeUnretainedValue().close(socket)
}
