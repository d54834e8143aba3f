import FoundationEssentials
import Testing
import WatcherCore

@Suite("Simulation") struct SimulationTests {
    /// `WATCHER_SEED` plays one life again, and `WATCHER_TRACE` prints its every turn; `WATCHER_SIMULATION_STEPS` says how many steps all shards make together.
    private static let environment = ProcessInfo.processInfo.environment
    #if DEBUG
        private static let defaultSteps = 60_000
    #else
        private static let defaultSteps = 1_000_000
    #endif
    private static let shards = 2

    @Test(
        "whatever happens to GitHub, the receivers, the clock and the process, the promises are kept",
        arguments: 0..<shards)
    func promises(shard: Int) {
        if let seed = Self.environment["WATCHER_SEED"].flatMap(UInt64.init) {
            if shard == 0 { _ = Self.play(seed) }
            return
        }
        let wanted = (Self.environment["WATCHER_SIMULATION_STEPS"].flatMap(Int.init) ?? Self.defaultSteps) / Self.shards
        var seed = UInt64(1 + shard)
        var steps = 0
        var broken = 0
        while steps < wanted, broken < 3 {
            let episode = Self.play(seed)
            steps += episode.steps
            if !episode.violations.isEmpty { broken += 1 }
            seed += UInt64(Self.shards)
        }
        print("simulation: \(steps) steps in \(seed / UInt64(Self.shards)) lives")
    }

    private static func play(_ seed: UInt64) -> SimulatedEpisode {
        var episode = SimulatedEpisode(seed: seed)
        episode.play()
        for violation in episode.violations.prefix(3) { Issue.record("WATCHER_SEED=\(seed): \(violation)") }
        return episode
    }
}
