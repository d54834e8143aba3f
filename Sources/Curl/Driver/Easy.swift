import CCurl
import Glibc

/// One libcurl easy handle and the buffer that libcurl writes its errors to. Only the driver's thread touches it.
@safe final class Easy {
    let handle: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    /// What the options that stay from request to request were set for; nil: none may stay.
    private var profile: Profile?

    /// All that decides the options of a request without a body, but for its URL, its headers and its callbacks' object.
    struct Profile: Equatable {
        var method: HTTPRequest.Method
        var isTLS: Bool
        var connectTimeout: Duration
        var network: HTTPNetwork
    }

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

    /// Makes it ready for a request. True: the options of the request before are those of this one too, and need not be
    /// set again, which is most of what beginning a request costs. False: it has no options. Its caches stay either way
    /// (libcurl documents that for `curl_easy_reset`).
    func begin(_ profile: Profile?) -> Bool {
        unsafe errorBuffer.pointee = 0
        if let profile, profile == self.profile { return true }
        unsafe curl_easy_reset(handle)
        self.profile = profile
        return false
    }

    /// The options may not stay: libcurl has refused one.
    func forgetOptions() { profile = nil }

    /// The request has ended. Options that cannot stay go now, and the body with them.
    func rest() {
        if profile == nil { unsafe curl_easy_reset(handle) }
    }

    /// What libcurl had to say about the last error; empty when nothing. It may quote the URL: never for a person as
    /// it is, but for TLS errors, which name hosts and files only.
    var errorText: String { unsafe String(cString: errorBuffer) }

    func number(_ question: CURLINFO) -> Int {
        var answer = 0
        _ = unsafe watcher_easy_get_long(handle, question, &answer)
        return answer
    }

    /// Why the system did not connect, in its own words; nil where it says nothing of use.
    var systemError: String? {
        let number = number(CURLINFO_OS_ERRNO)
        guard number > 0, let number = CInt(exactly: number), number != EINPROGRESS, let words = unsafe strerror(number)
        else { return nil }
        return unsafe String(cString: words).lowercased()
    }

    /// Directs libcurl's error texts to the buffer; a handle without options has none.
    func collectErrors() -> CURLcode {
        unsafe watcher_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
    }
}
