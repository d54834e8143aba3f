import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct Notify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a test message now, and say what the receiver answered.",
        discussion: """
            Needs no state and changes none. Status 1 when it was not delivered.

              watcher notify team-chat
              watcher notify team-chat --event failed
              watcher notify team-chat --print
            """)

    @Argument(help: "The name of a notifier.")
    var notifier: String
    @Option(
        help: ArgumentHelp(
            "An example of this event: \(MessageType.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "type"))
    var event: String = MessageType.test.rawValue
    @Flag(help: "Show the request instead of sending it, secrets masked.")
    var print = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let setup = try common.setup()
        guard let config = setup.config.notifiers[notifier] else {
            throw ValidationError("there is no notifier \(notifier) in the configuration")
        }
        guard let type = MessageType(rawValue: event) else { throw ValidationError("there is no event \(event)") }
        let ready = try setup.notifier(notifier, config)
        let now = Clock.now()
        let id = "m-" + StableHash("notify", String(now.wall), String(now.uptime)).name
        let message = Message.example(of: type, id: id, at: now.floor)
        if print {
            let request = ready.request(for: message, at: now.floor)
            Terminal.say(ready.masked("\(request.method.rawValue) \(request.url)"))
            for header in request.headers { Terminal.say(ready.masked("\(header.name): \(header.value)")) }
            Terminal.say("")
            Terminal.say(ready.masked(String(decoding: request.body ?? [], as: UTF8.self)))
            return
        }
        let http = try setup.httpClient()
        let (answer, outcome) = await ready.tryOnce(message, over: http)
        await http.shutdown()
        if let answer { Terminal.say("\(notifier) answered \(answer)") }
        switch outcome {
        case .delivered: Terminal.say("delivered")
        case .retry(let after, let reason):
            let when = after.map { " (it asks for \(Words.elapsed($0)) of patience)" } ?? ""
            Terminal.fail(["not delivered: \(reason)\(when)"], hint: "a pass would try again later")
            throw Terminal.personNeeded
        case .refused(let reason):
            Terminal.fail(
                ["refused: \(reason)"], hint: "a pass would not try again: is the address right, and is it still valid?"
            )
            throw Terminal.personNeeded
        }
    }
}
