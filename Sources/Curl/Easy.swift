import CCurl

/// One libcurl easy handle and the buffer that libcurl writes its errors to. Only the driver's thread touches it.
@safe final class Easy {
    let handle: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>

    /// Nil without memory.
    init?() {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = handle
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe errorBuffer.deallocate()
    }

    /// Back to a handle without options. Its caches stay (libcurl documents that for `curl_easy_reset`).
    func reset() {
        unsafe curl_easy_reset(handle)
        unsafe errorBuffer.pointee = 0
    }

    /// What libcurl had to say about the last error; empty when nothing. It may quote the URL: never for a person as
    /// it is, but for TLS errors, which name hosts and files only.
    var errorText: String { unsafe String(cString: errorBuffer) }

    func number(_ question: CURLINFO) -> Int {
        var answer = 0
        _ = unsafe watcher_easy_get_long(handle, question, &answer)
        return answer
    }

    /// Directs libcurl's error texts to the buffer; `reset` has undone that.
    func collectErrors() -> CURLcode {
        unsafe watcher_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    }
}
