import FoundationEssentials
import Glibc

/// Builds that a killed parent left behind.
///
/// Each build bears its state file's name in its environment, and so does all that it starts. That is on every process
/// from its first moment: a number that is noted after a program was started is not there when the crash comes between,
/// and may belong to somebody else by the time it is read. The lock on the state proves that none of them has a living
/// parent.
enum OrphanedBuilds {
    static let variable = "WATCHER_BUILD_OF"

    /// Ends every group in which a process bears the mark. Returns how many.
    static func end(of statePath: String) async -> Int {
        let mark = Array("\(variable)=\(statePath)".utf8)
        let groups = groups(bearing: mark)
        for group in groups { kill(-group, SIGTERM) }
        // As long as a living build may take; what does not end by then is killed.
        for _ in 0..<30 where !self.groups(bearing: mark).isEmpty {
            try? await Task.sleep(for: .milliseconds(100))
        }
        for group in self.groups(bearing: mark) { kill(-group, SIGKILL) }
        return groups.count
    }

    private static func groups(bearing mark: [UInt8]) -> Set<Int32> {
        var found: Set<Int32> = []
        let own = getpgrp()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let bytes = try? DurableFile.read("/proc/\(name)/environ") else { continue }
            let bears = bytes.split(separator: 0).contains { $0.elementsEqual(mark) }
            let group = bears ? getpgid(pid) : -1
            if group > 1, group != own { found.insert(group) }
        }
        return found
    }
}
