import Testing
import WatcherCore

@Suite("Quota") struct QuotaTests {
    @Test("a pause is kept to the second, and over", arguments: [1, 30, 3600, 86_400] as [Int64])
    func pause(seconds: Int64) {
        var quota = RateLimit(requestsPerMinute: 800)
        quota.pause(seconds: seconds, reason: "slow down", at: Known.at(0, milliseconds: 1))
        #expect(quota.permission(at: Known.at(seconds)) == .paused(until: Known.time(seconds + 1)))
        #expect(quota.permission(at: Known.at(seconds, milliseconds: 1)) != .granted)
        #expect(quota.permission(at: Known.at(seconds + 1)) == .granted)
    }

    @Test("a shorter pause does not cut a longer one short")
    func longest() {
        var quota = RateLimit(requestsPerMinute: 800)
        quota.pause(seconds: 600, reason: "long", at: Known.at(0))
        quota.pause(seconds: 10, reason: "short", at: Known.at(1))
        #expect(quota.permission(at: Known.at(599)) != .granted)
        #expect(quota.permission(at: Known.at(600)) == .granted)
    }

    @Test("a pause of nonsense is at least a second and at most a year", arguments: [Int64.min, -5, 0, .max])
    func nonsense(seconds: Int64) {
        var quota = RateLimit(requestsPerMinute: 800)
        quota.pause(seconds: seconds, reason: "?", at: Known.at(0))
        #expect(quota.permission(at: Known.at(0, milliseconds: 999)) != .granted)
        #expect(quota.permission(at: Known.at(366 * 86_400)) == .granted)
    }

    @Test("a pause is as long as the server asks for, also when that is days")
    func days() {
        var quota = RateLimit(requestsPerMinute: 800)
        quota.pause(seconds: 3 * 86_400, reason: "maintenance", at: Known.at(0))
        #expect(quota.permission(at: Known.at(3 * 86_400 - 1)) != .granted)
        #expect(quota.permission(at: Known.at(3 * 86_400)) == .granted)
    }

    @Test("limits without a time are a minute, then longer, and start anew after an answer")
    func unnamed() {
        var quota = RateLimit(requestsPerMinute: 800)
        var now: Int64 = 0
        for wait: Int64 in [60, 120, 300, 900, 3600, 3600] {
            quota.pause(seconds: nil, reason: "secondary", at: Known.at(now))
            #expect(quota.permission(at: Known.at(now + wait - 1)) != .granted)
            now += wait
            #expect(quota.permission(at: Known.at(now)) == .granted)
        }
        quota.recover()
        quota.pause(seconds: nil, reason: "secondary", at: Known.at(now))
        #expect(quota.permission(at: Known.at(now + 60)) == .granted)
    }

    @Test("sixteen requests in flight that meet one limit are one strike, not sixteen")
    func oneBurst() {
        var quota = RateLimit(requestsPerMinute: 800)
        for _ in 0..<16 { quota.pause(seconds: nil, reason: "secondary", at: Known.at(0)) }
        #expect(quota.permission(at: Known.at(59)) != .granted)
        #expect(quota.permission(at: Known.at(60)) == .granted)
    }

    @Test("no more than so many requests are made in a minute, pages included")
    func perMinute() {
        var quota = RateLimit(requestsPerMinute: 5)
        for second: Int64 in 0..<3 {
            #expect(quota.permission(at: Known.at(second)) == .granted)
            quota.spend(at: Known.at(second))
        }
        quota.note(RateLimitReading(requests: 3), at: Known.at(3))
        #expect(quota.permission(at: Known.at(4)) == .busy(untilUptime: 1_000_000 + 61_000))
        #expect(quota.permission(at: Known.at(60)) != .granted)
        #expect(quota.permission(at: Known.at(61)) == .granted)
    }

    @Test("the budget outlives the process, and a pause from another clock does not")
    func record() throws {
        var quota = RateLimit(requestsPerMinute: 5)
        quota.pause(seconds: 600, reason: "slow down", at: Known.at(0))
        quota.note(RateLimitReading(limit: 5000, remaining: 3, resetIn: .max), at: Known.at(0))
        var again = RateLimit(try Known.roundTrip(quota.record), requestsPerMinute: 5)
        #expect(again.record == quota.record)
        #expect(again.permission(at: Known.at(599)) != .granted)
        #expect(again.permission(at: Known.at(-10_000)) == .granted)
    }

    @Test(
        "a server that names no limit, or nonsense, leads to no trap and no endless wait",
        arguments: [Int.min, -1, 0, 1, .max])
    func nonsenseLimit(limit: Int) {
        for remaining in [Int.min, 0, .max] {
            var bench = Bench(Known.config(), mode: Core.Mode(repeats: true))
            bench.step()
            let reading = RateLimitReading(limit: limit, remaining: remaining, resetIn: .max, date: Known.time(0))
            bench.step(.checked(upstream: "one", .failed(.transient("bad gateway")), reading))
            #expect(bench.core.wakeIn(at: Known.at(bench.clock)) != nil)
        }
    }
}
