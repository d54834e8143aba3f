import CCurl

/// TLS sessions that all requests of a client have in common, so that a second connection to a server is cheap.
/// Connections and looked-up names are the multi handle's, and so common to them anyway. Only the driver's thread uses
/// it: no locks.
@safe final class Share {
    private let handle: UnsafeMutableRawPointer

    /// Nil without memory.
    init?() {
        guard let handle = unsafe curl_share_init() else { return nil }
        guard unsafe watcher_share_add(handle, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK else {
            _ = unsafe curl_share_cleanup(handle)
            return nil
        }
        unsafe self.handle = handle
    }

    /// After the last handle that joined is gone.
    deinit {
        _ = unsafe curl_share_cleanup(handle)
    }

    func join(_ easy: Easy, _ options: inout Options) {
        options.note(unsafe watcher_easy_set_pointer(easy.handle, CURLOPT_SHARE, handle))
    }
}
