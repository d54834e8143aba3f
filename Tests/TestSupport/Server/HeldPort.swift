import Foundation
import Glibc

/// A port of 127.0.0.1 that nobody listens on: connecting is refused, and no other program can take it meanwhile. One that
/// sets SO_REUSEPORT, as nginx does when it is told to, may listen on it.
package final class HeldPort: Sendable {
    package let number: UInt16
    private let descriptor: CInt

    package init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var shared: CInt = 1
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &shared, socklen_t(MemoryLayout<CInt>.size)) == 0,
            unsafe withLoopbackAddress(port: 0, { unsafe bind(descriptor, $0, $1) }) == 0,
            unsafe withUnsafeMutablePointer(
                to: &address,
                { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe getsockname(descriptor, $0, &length)
                    }
                }) == 0
        else { throw POSIXError(.EADDRNOTAVAIL) }
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { _ = close(descriptor) }
}
