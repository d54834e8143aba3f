package import Glibc

/// Files that are there in full or not at all, also after a power cut.
package enum DurableFile {
    /// A system call that failed, on which file, and why.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package var call: String
        package var path: String
        package var code: Int32

        package var description: String {
            isLockLost
                ? "\(path) was removed, renamed or replaced: another instance may be using the state"
                : "\(path): \(call): \(reason)"
        }
        /// What the system says, without call and path.
        package var reason: String {
            code == Self.notRegular ? "not a regular file" : unsafe String(cString: strerror(code))
        }
        /// Whether the lock's file is no longer the one that was locked: the program must not write any more.
        package var isLockLost: Bool { call == "lock" && code == ESTALE }
        /// In place of an error number: a pipe, a device or a socket, which may never end.
        package static let notRegular: Int32 = -1
        package var isMissing: Bool { code == ENOENT }
    }

    /// How large a file may be that is read, in bytes.
    package static let sizeLimit = 64 << 20

    /// The whole file. A missing file is an error like any other: `isMissing` tells.
    package static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = try check("open", path) { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        defer { close(file) }
        let status = try regular(file, path)
        guard status.st_size <= sizeLimit else { throw Failure(call: "read", path: path, code: EFBIG) }
        // Of one piece where the size is known; files of /proc have none, and a file may grow meanwhile.
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var length = 0
        while true {
            let count = try check("read", path) {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe Glibc.read(file, $0.baseAddress?.advanced(by: length), $0.count - length)
                }
            }
            length += count
            if count == 0 {
                bytes.removeLast(bytes.count - length)
                return bytes
            }
            guard length <= sizeLimit else { throw Failure(call: "read", path: path, code: EFBIG) }
            if length == bytes.count { bytes += [UInt8](repeating: 0, count: max(length, 1 << 16)) }
        }
    }

    /// Replaces the file whole: a temporary file beside it, synced, renamed over it, and the folder synced.
    ///
    /// Whoever runs this, the file gets the owner that it had, or that of its folder: a person's command as root must
    /// leave a state that the service can still write. On a failure nothing is left but what was there. What is not synced may be
    /// lost or old after a power cut.
    package static func replace(
        _ path: String, with bytes: [UInt8], mode: mode_t = 0o600, isSynced: Bool = true
    ) throws(Failure) {
        let temporary = path + ".tmp"
        do throws(Failure) {
            // Whatever is there under that name, a link of somebody else's included, is only a name to be removed.
            unsafe unlink(temporary)
            let file = try check("open", temporary) {
                unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
            do throws(Failure) {
                _ = try check("fchmod", temporary) { fchmod(file, mode) }
                try keepOwner(of: path, on: file, temporary)
                try writeAll(bytes, to: file, temporary)
                if isSynced { _ = try check("fsync", temporary) { fsync(file) } }
            } catch {
                close(file)
                throw error
            }
            _ = try check("close", temporary) { close(file) }
            _ = try check("rename", path) { unsafe rename(temporary, path) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        if isSynced { try syncFolder(of: path) }
    }

    /// Writes a file that everybody may read, where there is none under that name: not a link either.
    package static func create(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let file = try check("open", path) {
            unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        }
        defer { close(file) }
        do throws(Failure) {
            try writeAll(bytes, to: file, path)
            _ = try check("fsync", path) { fsync(file) }
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) { unsafe unlink(path) }

    /// The folder part of a path.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The owner a file beside the state should have: the file's own, else its folder's.
    package static func keepOwner(of path: String, on file: Int32, _ name: String) throws(Failure) {
        guard geteuid() == 0 else { return }
        var status = stat()
        if unsafe lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
            _ = try check("stat", folder(of: path)) { unsafe stat(folder(of: path), &status) }
        }
        _ = try check("fchown", name) { fchown(file, status.st_uid, status.st_gid) }
    }

    /// The status of an open regular file; anything else is an error.
    package static func regular(_ file: Int32, _ path: String) throws(Failure) -> stat {
        var status = stat()
        _ = try check("fstat", path) { unsafe fstat(file, &status) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return status
        case S_IFDIR: throw Failure(call: "read", path: path, code: EISDIR)
        default: throw Failure(call: "read", path: path, code: Failure.notRegular)
        }
    }

    /// A regular file with one name, opened to be written: a second name may be somebody else's file.
    package static func alone(_ file: Int32, _ path: String) throws(Failure) {
        guard try regular(file, path).st_nlink == 1 else { throw Failure(call: "open", path: path, code: EMLINK) }
    }

    /// Whether the name is a symbolic link.
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, _ path: String) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try check("write", path) {
                unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    private static func syncFolder(of path: String) throws(Failure) {
        let folder = folder(of: path)
        let file = try check("open", folder) { unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(file) }
        _ = try check("fsync", folder) { fsync(file) }
    }

    /// Turns -1 and `errno` into an error, in one place; a call that a signal interrupted is made again.
    package static func check<Result: SignedInteger>(
        _ call: String, _ path: String, _ body: () -> Result
    ) throws(Failure) -> Result {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if code != EINTR || call == "close" { throw Failure(call: call, path: path, code: code) }
        }
    }
}

extension DurableFile.Failure {
    /// The user may not: a person has to fix that, a full disk passes by itself.
    package var isForbidden: Bool { [EACCES, EPERM, ELOOP, EMLINK, Self.notRegular].contains(code) }
}
