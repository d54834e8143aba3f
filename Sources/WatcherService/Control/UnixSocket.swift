import Glibc

/// A stream socket in the file system (unix(7)), blocking, with a limit on each wait and on all that is read.
struct UnixSocket: ~Copyable {
    let file: Int32

    /// Bytes of a request or an answer.
    static let messageLimit = 1 << 16

    /// Closed on exec.
    init(path: String) throws(DurableFile.Failure) {
        file = try DurableFile.check("socket", path) {
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
    }

    init(taking file: Int32) { self.file = file }

    deinit { close(file) }

    /// Binds to a path, and lets its owner alone connect. Whatever has the path goes: only the holder of the state's lock
    /// may call this.
    func listen(_ path: String, backlog: Int32) throws(DurableFile.Failure) {
        // Taken over by the file that `bind` makes, before anybody can connect.
        _ = try DurableFile.check("fchmod", path) { fchmod(file, 0o600) }
        unsafe unlink(path)
        try unsafe withAddress(path) { (address, length) throws(DurableFile.Failure) in
            _ = try DurableFile.check("bind", path) { unsafe bind(file, address, length) }
        }
        _ = try DurableFile.check("listen", path) { Glibc.listen(file, backlog) }
    }

    func connect(_ path: String) throws(DurableFile.Failure) {
        try unsafe withAddress(path) { (address, length) throws(DurableFile.Failure) in
            _ = try DurableFile.check("connect", path) { unsafe Glibc.connect(file, address, length) }
        }
    }

    /// The effective user of the other side when it connected; nil when the system does not tell.
    var peerUser: uid_t? {
        // `struct ucred`, which the Glibc module of Swift leaves out.
        var peer: (pid: pid_t, uid: uid_t, gid: gid_t) = (0, 0, 0)
        var length = socklen_t(12)
        guard unsafe getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { return nil }
        return peer.uid
    }

    /// Limits each wait: for the other side to take a connection, to read and to write.
    func limitWaits(milliseconds: Int64) {
        var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000 * 1000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(file, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// What the other side sends until it ends its direction; nil when it does not within the limit of a wait, or sends
    /// more than `messageLimit`.
    func readAll() -> [UInt8]? {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { unsafe recv(file, $0.baseAddress, $0.count, 0) }
            if count < 0 {
                guard errno == EINTR else { return nil }
                continue
            }
            guard count > 0 else { return all }
            guard all.count + count <= Self.messageLimit else { return nil }
            all += part.prefix(count)
        }
    }

    /// Sends everything and ends this direction; false when the other side does not take it.
    @discardableResult func sendAll(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(file, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                guard errno == EINTR else { return false }
                continue
            }
            sent += count
        }
        return shutdown(file, Int32(SHUT_WR)) == 0
    }

    /// An address holds 107 bytes of a path (unix(7)): the folder is named by a descriptor instead, so its path may have
    /// any length.
    private func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(DurableFile.Failure) -> Void
    ) throws(DurableFile.Failure) {
        let folder = DurableFile.folder(of: path)
        let descriptor = try DurableFile.check("open", folder) {
            unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { close(descriptor) }
        let name = "/proc/self/fd/\(descriptor)/" + (path.split(separator: "/").last.map(String.init) ?? path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard name.utf8.count < room else {
            throw DurableFile.Failure(call: "bind", path: path, code: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name.utf8) }
        var failure: DurableFile.Failure?
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                do throws(DurableFile.Failure) {
                    try unsafe body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
