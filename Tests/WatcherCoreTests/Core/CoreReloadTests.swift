import Testing

@testable import WatcherCore

@Suite("A configuration that is reloaded while something is in flight")
struct CoreReloadTests {
    private static let daemon = Core.Mode(repeats: true)
    private static let fork = CheckTarget(
        upstream: "one", apiURL: Config().github.apiURL, repository: "owner/other")

    private static func list(_ releases: [Release], id: RepositoryIdentity?, sweep: Bool = true) -> CheckOutcome {
        .list(ReleaseList(releases: releases, isComplete: true, isSweep: sweep, etag: nil, identity: id))
    }

    private static var repointed: Config {
        Known.config { $0.upstreams["one"]?.source = AnySource(GitHubReleases(repository: "owner/other")) }
    }

    @Test("drops the answer to a first check of a repository that is no longer configured, and checks the new one")
    func firstCheck() {
        var bench = Bench(Known.config(), mode: Self.daemon)
        #expect(bench.step() == [.check(.init(target: .known("one"), isSweep: true, etag: nil))])
        bench.step(.reconfigured(Self.repointed))
        let identity = RepositoryIdentity(id: 7, fullName: "owner/one")
        let commands = bench.step(
            .checked(.known("one"), Self.list([Known.release("1.0", id: 1)], id: identity), nil))
        #expect(commands == [.check(.init(target: Self.fork, isSweep: true, etag: nil))])
        #expect(bench.ledger.upstreams["one"] == nil)
        #expect(bench.told.isEmpty)

        let other = RepositoryIdentity(id: 8, fullName: "owner/other")
        bench.step(.checked(Self.fork, Self.list([Known.release("9.0", id: 90)], id: other), nil))
        #expect(bench.watch.repositoryID == 8)
        #expect(bench.watch.replacedBy == nil)
        #expect(bench.watch.lastSeen?.tag == "9.0")
        #expect(bench.told.isEmpty)
        #expect(bench.ledger.jobs.isEmpty)
    }

    @Test("what was seen of an upstream that has left the configuration is kept for a year")
    func former() throws {
        var bench = Bench(Known.config(), mode: Self.daemon)
        bench.step()
        let identity = RepositoryIdentity(id: 7, fullName: "owner/one")
        bench.step(.checked(.known("one"), Self.list([Known.release("1.0", id: 1)], id: identity), nil))
        let empty = Known.config {
            $0.upstreams = [:]
            $0.actions = [:]
        }
        bench.step(.reconfigured(empty))
        let year = Ledger.formerUpstreamLifetime
        for (seconds, isKept) in [(year, true), (1, false)] {
            bench.clock += seconds
            bench.step(.reconfigured(empty))
            #expect((bench.ledger.upstreams["one"] != nil) == isKept, "after \(bench.clock) s")
        }
    }

    @Test("keeps a pause that the answer to an abandoned check asks for")
    func pause() {
        var bench = Bench(Known.config(), mode: Self.daemon)
        bench.step()
        bench.step(.reconfigured(Self.repointed))
        let limit = RequestFailure.rateLimited(seconds: 300, "slow down")
        #expect(bench.step(.checked(.known("one"), .failed(limit), nil)).isEmpty)
        bench.clock += 301
        #expect(bench.step() == [.check(.init(target: Self.fork, isSweep: true, etag: nil))])
    }

    @Test("builds nothing of the new repository's old releases when the answer in flight had a new one")
    func news() {
        var bench = Bench(Known.config(), mode: Self.daemon)
        let identity = RepositoryIdentity(id: 7, fullName: "owner/one")
        bench.step()
        bench.step(.checked(.known("one"), Self.list([Known.release("1.0", id: 1)], id: identity), nil))
        bench.clock += 3600
        guard case .check(let check)? = bench.step().first else {
            Issue.record("no check is due")
            return
        }
        let news = [Known.release("1.1", id: 2), Known.release("1.0", id: 1)]
        #expect(
            bench.step(.checked(check.target, Self.list(news, id: nil, sweep: false), nil)) == [
                .identify(.known("one"))
            ])
        bench.step(.reconfigured(Self.repointed))
        bench.step(.identified(.known("one"), .known(identity), nil))
        let other = RepositoryIdentity(id: 8, fullName: "owner/other")
        bench.step(.checked(Self.fork, Self.list([Known.release("9.0", id: 90)], id: other), nil))
        #expect(bench.ledger.jobs.isEmpty)
        #expect(bench.told.isEmpty)
        #expect(bench.watch.repositoryID == 8)
    }

    @Test("follows a run where it was started, and never starts it elsewhere", arguments: [false, true])
    func movedAction(answerLost: Bool) {
        var bench = Bench(Known.config(), mode: Self.daemon)
        bench.look([Known.release("1.0", id: 1)])
        bench.look([Known.release("1.1", id: 2), Known.release("1.0", id: 1)])
        guard let dispatch = bench.dispatches.first else {
            Issue.record("nothing was dispatched")
            return
        }
        #expect(dispatch.target.repository == "owner/ci")
        let run = Run(id: 5, url: "https://example.org/5")
        bench.step(.dispatched(job: dispatch.job, answerLost ? .unknown("no answer") : .accepted(run), nil))
        bench.step(
            .reconfigured(
                Known.config {
                    guard case .workflowDispatch(var moved) = $0.actions["build"]?.work else { return }
                    moved.repository = "owner/elsewhere"
                    $0.actions["build"]?.work = .workflowDispatch(moved)
                }))
        var places: [String] = []
        for _ in 0..<400 where !bench.ledger.jobs.isEmpty {
            bench.clock += 1
            for command in bench.step() {
                switch command {
                case .lookUp(let job, _, let target, _):
                    places.append(target.repository)
                    bench.step(.lookedUp(job: job, .absent(others: 0), nil))
                case .follow(let job, _, let target, _):
                    places.append(target.repository)
                    bench.step(.followed(job: job, .underway(title: job), nil))
                case .dispatch(let again):
                    places.append(again.target.repository)
                    bench.step(.dispatched(job: again.job, .unknown("no answer"), nil))
                default: break
                }
            }
        }
        #expect(Set(places) == ["owner/ci"])
        // It survives a restart.
        #expect(bench.ledger.jobs.first?.target?.repository ?? "owner/ci" == "owner/ci")
    }
}
