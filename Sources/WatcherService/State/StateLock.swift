import Glibc

/// The right to write the state file: one process at a time, until this value ends or the process does.
///
/// `flock` on a file beside the state, which stays: the kernel releases the lock whatever happens to the process. The
/// holder's pid is in the file, for people.
package struct StateLock: ~Copyable {
    private let file: Int32
    /// What was locked, to be verified before each save.
    package let identity: Identity

    package enum Failure: Error, Sendable, Equatable {
        /// Another instance holds it: its pid and what it is, as it wrote them.
        case held(pid: String?, Role?)
        case system(DurableFile.Failure)
    }

    /// What the holder is: only the daemon takes requests.
    package enum Role: String, Sendable { case once, run, request }

    /// Takes the lock or fails at once.
    package init(statePath: String, role: Role) throws(Failure) {
        let path = statePath + ".lock"
        file = try Self.take(path, statePath, role)
        var status = stat()
        _ = unsafe fstat(file, &status)
        identity = Identity(path: path, device: status.st_dev, inode: status.st_ino)
    }

    deinit { close(file) }

    /// The file that was locked. One that was removed, renamed or replaced, or whose folder was, no longer keeps another
    /// instance out.
    package struct Identity: Sendable, Equatable {
        let path: String
        let device: dev_t
        let inode: ino_t

        /// - Throws: a failure whose `isLockLost` is true when another instance may have the state by now.
        package func verify() throws(DurableFile.Failure) {
            let folder = DurableFile.folder(of: path)
            // With its folder away nothing can be written, and it may come back: that is an error as any other.
            guard DefaultPaths.isFolder(folder) else {
                throw DurableFile.Failure(call: "open", path: folder, code: ENOENT)
            }
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else {
                throw DurableFile.Failure(call: "lock", path: path, code: ESTALE)
            }
        }
    }

    private static func take(_ path: String, _ statePath: String, _ role: Role) throws(Failure) -> Int32 {
        let file: Int32
        do throws(DurableFile.Failure) {
            file = try DurableFile.check("open", path) {
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o600)
            }
        } catch {
            throw .system(error)
        }
        do throws(DurableFile.Failure) { try DurableFile.alone(file, path) } catch {
            close(file)
            throw .system(error)
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let words = Self.words(in: file)
            close(file)
            guard code == EWOULDBLOCK else { throw .system(DurableFile.Failure(call: "flock", path: path, code: code)) }
            throw .held(pid: words.first, words.dropFirst().first.flatMap(Role.init))
        }
        do throws(DurableFile.Failure) {
            try DurableFile.keepOwner(of: statePath, on: file, path)
            let text = Array("\(getpid()) \(role.rawValue)\n".utf8)
            _ = try DurableFile.check("ftruncate", path) { ftruncate(file, 0) }
            _ = try DurableFile.check("pwrite", path) {
                unsafe text.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) }
            }
        } catch {
            // A full disk may keep the pid from being written; the lock holds all the same.
            guard error.code == ENOSPC || error.code == EDQUOT else {
                close(file)
                throw .system(error)
            }
        }
        return file
    }

    private static func words(in file: Int32) -> [String] {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        let text = bytes.prefix(max(count, 0)).prefix { $0 != 0x0A }
        let words = text.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        return words.first.map { $0.allSatisfy(\.isNumber) } == true ? words : []
    }
}
