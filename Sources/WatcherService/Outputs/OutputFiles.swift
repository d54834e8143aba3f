import Glibc
package import WatcherCore

/// The files that others read: a page for a web server, metrics for a collector.
package enum OutputFiles {
    /// Readable by everybody: a web server and a collector run as other users.
    private static let mode: mode_t = 0o644

    /// Replaces each file, and returns why some could not be written, by their keys.
    package static func write(_ snapshot: StatusSnapshot, to paths: [String: String]) -> [String: String] {
        var failures: [String: String] = [:]
        for (key, path) in paths.sorted(by: { $0.key < $1.key }) {
            guard let document = snapshot.rendered(as: key) else { continue }
            do throws(DurableFile.Failure) {
                try replace(path, with: document)
            } catch {
                failures[key] = error.description
            }
        }
        return failures
    }

    /// Readers see the old file or the new one, never a part. It is not synced: the next pass writes it again.
    private static func replace(_ path: String, with document: String) throws(DurableFile.Failure) {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            // A device or a link would be replaced by a file.
            throw DurableFile.Failure(call: "open", path: path, code: DurableFile.Failure.notRegular)
        }
        try DurableFile.replace(path, with: Array(document.utf8), mode: mode, isSynced: false)
    }
}
