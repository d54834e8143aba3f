import Glibc
import TestSupport
import Testing
import WatcherCore

@Suite("The promises about jobs, for each kind of action") struct EveryActionTests {
    @Test("each kind that there is is held to them") func complete() {
        let kinds = ["workflowDispatch", "imageBuild"] + actionKinds.map { $0.key }
        #expect(Set(ActionSubject.all.map(\.key)) == Set(kinds))
    }

    private static func status(_ world: World) async throws -> [String] {
        try await world.jobs().compactMap { $0["status"]?.string }
    }

    @Test("what cannot be put on disk is not begun", arguments: ActionSubject.all)
    func onDisk(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            #expect(try await world.run("once", wrapper: ["prlimit", "--fsize=600"]).status == 74)
            #expect(place.begun.isEmpty)
            try await world.settle()
            #expect(place.begun.map(\.tag) == ["5.6.13"])
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
            try await world.quietPass()
            #expect(place.begun.count == 1)
        }
    }

    @Test(
        "a crash in the middle: it is found or done again, as the same job and as it was begun, and nothing of it is left",
        arguments: ActionSubject.all)
    func crash(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            place.next(.silent)
            let process = try world.start("once")
            try await world.eventually("begun") { place.begun.count == 1 }
            #expect(try await Self.status(world) == ["running"], "it was on disk before")
            process.killGroup()
            _ = try await process.end()
            place.change(world)
            try await world.settle()
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "succeeded")
            let begun = ActionBegun(job: job["id"]?.string ?? "", tag: "5.6.13")
            #expect(place.begun == Array(repeating: begun, count: subject.isFound ? 1 : 2))
            #expect(place.leftovers.isEmpty)
            #expect(Set(world.told) == ["release 5.6.13", "succeeded build-image"])
            try await world.quietPass()
            world.github.publish(World.elabftw, "5.6.14")
            try await world.settle()
            #expect(place.begun.last?.tag == "changed-5.6.14")
        }
    }

    @Test("an answer that is lost: it is found or done again, as the same job", arguments: ActionSubject.all)
    func lost(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            place.next(.lost)
            try await world.settle()
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "succeeded")
            let begun = ActionBegun(job: job["id"]?.string ?? "", tag: "5.6.13")
            #expect(place.begun == Array(repeating: begun, count: subject.isFound ? 1 : 2))
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test("an outage is no failure: it is begun later, once", arguments: ActionSubject.all)
    func outage(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            place.next(.outage)
            #expect(try await world.run("once").status == 0)
            #expect(place.begun.isEmpty && world.told == ["release 5.6.13"])
            try await world.settle()
            #expect(place.begun.map(\.tag) == ["5.6.13"])
            #expect(world.told == ["release 5.6.13", "succeeded build-image"])
        }
    }

    @Test(
        "a refusal has failed at once, is told once with its secrets masked, and can be retried",
        arguments: ActionSubject.all)
    func refused(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            place.next(.refused)
            #expect(try await world.run("once").status == 1)
            let job = try #require(try await world.jobs().first)
            #expect(job["status"] == "failed" && place.begun.isEmpty)
            #expect(job["reason"]?.string?.contains("not with ***") == true, "\(job["reason"] ?? .null)")
            #expect(world.messages.last?["job"]?["reason"]?.string?.contains("not with ***") == true)
            #expect(try await world.run("once").isSilent)
            #expect(place.begun.isEmpty && world.told == ["release 5.6.13", "failed build-image"])
            #expect(try await world.run("retry", job["id"]?.string ?? "").status == 0)
            try await world.settle()
            #expect(place.begun.map(\.tag) == ["5.6.13"])
        }
    }

    @Test(
        "one runs at a time, oldest first, and one that a stop interrupts has not failed",
        arguments: ActionSubject.all)
    func oneAtATime(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.set("actions.build-image.releases", "each")
            for tag in ["5.6.13", "5.6.14", "5.6.15"] { world.github.publish(World.elabftw, tag) }
            place.next(.silent)
            let process = try world.start("once")
            try await world.eventually("begun") { place.begun.count == 1 }
            #expect(try await Self.status(world).sorted() == ["pending", "pending", "running"])
            process.signal(SIGTERM)
            let stopped = try await world.end(process)
            #expect(stopped.took < .seconds(20) && stopped.status != 1, "\(stopped)")
            #expect(place.leftovers.isEmpty)
            #expect(try await !Self.status(world).contains("failed"))
            try await world.settle()
            let begun = place.begun.map(\.tag)
            #expect(begun == (subject.isFound ? [] : ["5.6.13"]) + ["5.6.13", "5.6.14", "5.6.15"])
            #expect(Set(place.begun.map(\.job)).count == 3)
            #expect(try await Self.status(world) == ["succeeded", "succeeded", "succeeded"])
        }
    }

    @Test(
        "one that is forgotten is not done again, its program ends, and the next release is not in its way",
        arguments: ActionSubject.all)
    func forgotten(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            place.next(.silent)
            try await world.withDaemon { _ in
                world.github.publish(World.elabftw, "5.6.13")
                try await world.eventually("begun") { place.begun.count == 1 }
                let job = try #require(place.begun.first?.job)
                #expect(try await world.run("forget", job).status == 0)
                try await world.eventually("ended") { place.leftovers.isEmpty }
                world.github.publish(World.elabftw, "5.6.14")
                try await world.waitUntilTold("succeeded build-image")
            }
            #expect(place.begun.map(\.tag) == ["5.6.13", "5.6.14"])
            #expect(world.told == ["release 5.6.13", "release 5.6.14", "succeeded build-image"])
        }
    }

    @Test("a reload changes nothing of one that runs, and all of the next", arguments: ActionSubject.all)
    func reload(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            place.next(.late)
            try await world.withDaemon { daemon in
                world.github.publish(World.elabftw, "5.6.13")
                try await world.eventually("begun") { place.begun.count == 1 }
                place.change(world)
                try await daemon.reload()
                try await world.waitUntilTold("succeeded build-image")
                world.github.publish(World.elabftw, "5.6.14")
                try await world.eventually("begun") { place.begun.count == 2 }
            }
            #expect(place.begun.map(\.tag) == ["5.6.13", "changed-5.6.14"])
        }
    }

    @Test(
        "one that waits for approval is superseded by newer releases, and begins when it is approved",
        arguments: ActionSubject.all)
    func approval(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.set("actions.build-image.approval", true)
            world.github.publish(World.elabftw, "5.6.13")
            #expect(try await world.run("once").status == 0)
            world.github.publish(World.elabftw, "5.6.14")
            #expect(try await world.run("once").status == 0)
            #expect(place.begun.isEmpty)
            let waiting = try await world.jobs().filter { $0["status"] == "pending" }
            try #require(waiting.count == 1)
            let job = try #require(waiting[0]["id"]?.string)
            #expect(try await world.run("approve", job).status == 0)
            try await world.settle()
            #expect(place.begun == [ActionBegun(job: job, tag: "5.6.14")])
            #expect(try await Self.status(world).sorted() == ["succeeded", "superseded"])
        }
    }

    @Test(
        "one whose window is closed waits and says until when, and begins when it is open",
        arguments: ActionSubject.all)
    func window(_ subject: ActionSubject) async throws {
        try await subject.test { world, place in
            world.set("actions.build-image.window", World.window(openingIn: 7200))
            world.github.publish(World.elabftw, "5.6.13")
            try await world.pass()
            #expect(place.begun.isEmpty)
            let reason = try await world.jobs().first?["reason"]?.string
            #expect(reason?.hasPrefix("waits for its window, which opens at 20") == true, "\(reason ?? "nothing")")
            world.set("actions.build-image.window", World.window(openingIn: -7200))
            try await world.settle()
            #expect(place.begun.map(\.tag) == ["5.6.13"])
        }
    }
}
