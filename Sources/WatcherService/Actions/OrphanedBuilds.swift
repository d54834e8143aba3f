import FoundationEssentials
import Glibc
import WatcherCore

/// Programs of builds that a killed instance left behind, and those of a build that is to be ended.
///
/// Each program bears its state, its instance and its job in its environment, and so does all that it starts. That is on
/// every process from its first moment: a number that is noted after a program was started is not there when the crash
/// comes between, and may belong to somebody else by the time it is read. The lock on the state proves that another
/// instance of the same state no longer runs.
enum OrphanedBuilds {
    /// Whose build it is: device and inode of the state's folder, and the state's name. A path is not enough: two
    /// folders, or the same one in a container, may have the same.
    static let variable = "WATCHER_BUILD_OF"
    static let instanceVariable = "WATCHER_INSTANCE"
    static let jobVariable = "WATCHER_BUILD_JOB"

    /// This process, among those that have run and will run with its number.
    static let instance = "\(getpid()).\(Clock.now().uptime)"

    /// How long programs may take to end when they are asked to, in tenths of a second: as long as those of a living
    /// build may.
    private static let grace = 30

    static func identity(ofState path: String) -> String {
        var status = stat()
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard unsafe stat(DurableFile.folder(of: path), &status) == 0 else { return path }
        return "\(status.st_dev):\(status.st_ino)/\(name)"
    }

    /// Ends what instances that no longer run have left behind. Returns how many process groups that were.
    static func end(of identity: String) async -> Int {
        await end { $0.contains("\(variable)=\(identity)") && !$0.contains("\(instanceVariable)=\(instance)") }
    }

    /// Ends what this instance runs for a job, and what an earlier one of the same state has left of it.
    static func end(job: String, of identity: String?) async {
        _ = await end { variables in
            guard variables.contains("\(jobVariable)=\(job)") else { return false }
            return variables.contains("\(instanceVariable)=\(instance)")
                || identity.map { variables.contains("\(variable)=\($0)") } ?? false
        }
    }

    /// SIGTERM, and SIGKILL for what is left after the grace, which is kept also when the task is cancelled. On a thread
    /// of its own: reading `/proc` takes as long as there are processes.
    private static func end(_ isMeant: @escaping @Sendable (Set<String>) -> Bool) async -> Int {
        await withTaskGroup(of: Int.self) { tasks in
            tasks.addTask(executorPreference: globalConcurrentExecutor) {
                let found = groups(isMeant)
                for group in found { kill(-group, SIGTERM) }
                for _ in 0..<grace where !groups(isMeant).isEmpty { usleep(100_000) }
                for group in groups(isMeant) { kill(-group, SIGKILL) }
                return found.count
            }
            return await tasks.next() ?? 0
        }
    }

    private static func groups(_ isMeant: (Set<String>) -> Bool) -> Set<Int32> {
        var found: Set<Int32> = []
        let own = getpgrp()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let bytes = try? DurableFile.read("/proc/\(name)/environ"),
                isMeant(Set(bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }))
            else { continue }
            let group = getpgid(pid)
            if group > 1, group != own { found.insert(group) }
        }
        return found
    }
}
