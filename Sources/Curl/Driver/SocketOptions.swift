import CCurl
import Glibc

/// How long sent bytes may stay unconfirmed before the kernel gives a connection up, in milliseconds.
///
/// A kept HTTP/2 connection whose other end is gone without a word (a router that forgot it, a laptop that slept) would
/// otherwise take every new request, and let each run into its timeout, until TCP gives up after a quarter of an hour.
private let longestSilence: CInt = 20_000

extension curl_sockaddr {
    /// A socket for connecting there, as libcurl would open it itself, with the limit of silence. A kernel that refuses
    /// the limit changes nothing else.
    func open() -> curl_socket_t {
        let socket = watcher_socket(family, socktype | CInt(SOCK_CLOEXEC.rawValue), `protocol`)
        guard socket != CURL_SOCKET_BAD else { return socket }
        var milliseconds = longestSilence
        _ = unsafe setsockopt(
            socket, CInt(IPPROTO_TCP), CInt(TCP_USER_TIMEOUT), &milliseconds, socklen_t(MemoryLayout<CInt>.size))
        return socket
    }

    /// Of an address of IPv4 or IPv6: both have it first, in the network's order.
    var port: UInt16 {
        UInt16(UInt8(bitPattern: addr.sa_data.0)) << 8 | UInt16(UInt8(bitPattern: addr.sa_data.1))
    }
}
