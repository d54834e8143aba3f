import Testing

@testable import WatcherCore

@Suite("What a job waits for") struct GateTests {
    private static let old = [Known.release("1.0.0", id: 1)]

    private static func news(_ tags: String...) -> [Release] {
        tags.enumerated().reversed().map { Known.release($1, id: 10 + Int64($0), published: Int64($0)) } + old
    }

    private static func bench(_ change: (inout Config.Action) -> Void) -> Bench {
        var action = Known.action(["one"])
        change(&action)
        var bench = Bench(Known.config { $0.actions["build"] = action }, mode: Core.Mode(repeats: true))
        bench.look(old)
        return bench
    }

    // MARK: - Approval

    @Test("with approval a job waits, is asked about once, and begins when it is approved") func approved() throws {
        var bench = Self.bench { $0.approval = true }
        bench.look(Self.news("1.1.0"))
        let job = try #require(bench.ledger.jobs.first)
        #expect(bench.dispatches.isEmpty && job.status == "pending" && job.reason == "waits for approval")
        #expect(bench.told == [.release, .approval] && bench.ledger.needsPerson(bench.core.config))
        bench.look(Self.news("1.1.0"))
        #expect(bench.dispatches.isEmpty && bench.told == [.release, .approval])
        bench.step(.requested(.approve(job: job.id), number: 1))
        #expect(bench.dispatches.map(\.job) == [job.id] && bench.told == [.release, .approval])
        #expect(!bench.ledger.needsPerson(bench.core.config))
    }

    @Test("a rejected job is over, without a message, and cannot be approved any more") func rejected() throws {
        var bench = Self.bench { $0.approval = true }
        bench.look(Self.news("1.1.0"))
        let id = try #require(bench.ledger.jobs.first?.id)
        bench.step(.requested(.reject(job: id), number: 1))
        #expect(bench.dispatches.isEmpty && bench.ledger.jobs.isEmpty && bench.told == [.release, .approval])
        #expect(bench.ledger.history.last?.reason == "rejected on request")
        #expect(!bench.ledger.needsPerson(bench.core.config))
        bench.step(.requested(.approve(job: id), number: 2))
        let replies = bench.core.takeAnswers().map(\.1)
        guard case .refused(let why, _)? = replies.last else {
            Issue.record("\(replies)")
            return
        }
        #expect(why.contains("does not wait for approval"))
    }

    @Test("a newer release takes the place of one that waits or was approved, and asks anew") func superseded() throws {
        var bench = Self.bench {
            $0.approval = true
            $0.quietPeriod = 0
        }
        bench.look(Self.news("1.1.0"))
        let first = try #require(bench.ledger.jobs.first?.id)
        bench.look(Self.news("1.1.0", "1.2.0"))
        let second = try #require(bench.ledger.jobs.first)
        #expect(bench.ledger.jobs.count == 1 && second.causes["one"]?.tag == "1.2.0" && second.id != first)
        #expect(bench.told == [.release, .approval, .release, .approval])
        bench.step(.requested(.approve(job: first), number: 1))
        #expect(bench.dispatches.isEmpty)
    }

    @Test("what a person has asked for, and what has begun before, is not asked about") func byHand() throws {
        var bench = Self.bench { $0.approval = true }
        bench.step(.requested(.trigger(action: "build", releases: [:]), number: 1))
        let id = try #require(bench.dispatches.first?.job)
        bench.step(.dispatched(job: id, .refused(.transient("busy")), nil))
        bench.clock += 60
        bench.step(.woke)
        #expect(bench.dispatches.map(\.job) == [id] && !bench.told.contains(.approval))
    }
}
