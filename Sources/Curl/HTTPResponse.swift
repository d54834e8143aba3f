/// What a server answered in full. Any status is an answer: 404 and 500 are no errors, 301 is not followed.
package struct HTTPResponse: Sendable {
    package var status: Int
    /// Of the answer itself: neither those of a `1xx` before it, nor a proxy's, nor trailers after the body.
    package var headers: HTTPHeaders
    /// Unpacked, and complete: an answer that broke off is an error.
    package var body: [UInt8]
    /// The protocol as the status line spells it: `1.0`, `1.1`, `2`.
    package var version: String

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], version: String = "1.1") {
        self.status = status
        self.headers = headers
        self.body = body
        self.version = version
    }
}
