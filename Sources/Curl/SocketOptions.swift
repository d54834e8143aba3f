import CCurl
import Glibc

/// How long sent bytes may stay unconfirmed before the kernel gives a connection up, in milliseconds.
///
/// A kept HTTP/2 connection whose other end is gone without a word (a router that forgot it, a laptop that slept) would
/// otherwise take every new request, and let each run into its timeout, until TCP gives up after a quarter of an hour.
private let longestSilence: CInt = 20_000

/// Called by libcurl for each new socket, before it connects. A kernel that refuses the option changes nothing else.
func limitSilence(_: UnsafeMutableRawPointer?, socket: curl_socket_t, _: curlsocktype) -> CInt {
    var milliseconds = longestSilence
    _ = unsafe setsockopt(
        socket, CInt(IPPROTO_TCP), CInt(TCP_USER_TIMEOUT), &milliseconds, socklen_t(MemoryLayout<CInt>.size))
    return CInt(CURL_SOCKOPT_OK)
}
