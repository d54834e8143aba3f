import ArgumentParser
import Curl
import WatcherCore
import WatcherService

struct Notify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Send a test message now and print the response.",
        discussion: """
            Makes no changes to the state. Exits with 1 when a message was not delivered.

              watcher notify team-chat
              watcher notify team-chat --event failed
              watcher notify team-chat --event all
              watcher notify team-chat --print
            """)

    @Argument(help: "The name of a notifier.", completion: Completions.notifiers)
    var notifier: String
    @Option(
        help: ArgumentHelp(
            "An example of this event: \(MessageType.allCases.map(\.rawValue).joined(separator: ", ")), or all for one of each.",
            valueName: "type"))
    var event: String = MessageType.test.rawValue
    @Flag(help: "Show the request instead of sending it, secrets masked.")
    var print = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let setup = try common.setup()
        guard let config = setup.config.notifiers[notifier] else {
            let known = CommandLineWords.known(notifier, setup.config.notifiers.keys)
            throw ValidationError("there is no notifier \(notifier) in the configuration\(known)")
        }
        let types = event == "all" ? MessageType.allCases : MessageType(rawValue: event).map { [$0] } ?? []
        guard !types.isEmpty else {
            let known = CommandLineWords.known(event, MessageType.allCases.map(\.rawValue))
            throw ValidationError("there is no event \(event)\(known)")
        }
        let ready = try setup.notifier(notifier, config)
        if print {
            for (index, type) in types.enumerated() { show(example(of: type), ready, isFirst: index == 0) }
            return
        }
        let http = try setup.httpClient()
        var failed = false
        for type in types { failed = await !send(example(of: type), ready, http) || failed }
        await http.shutdown()
        if failed { throw Terminal.actionRequired }
    }

    private func example(of type: MessageType) -> Message {
        let now = Clock.now()
        let id = "m-" + StableHash("notify", type.rawValue, String(now.wall), String(now.uptime)).name
        return Message.example(of: type, id: id, at: now.floor)
    }

    private func show(_ message: Message, _ ready: NotifierClient, isFirst: Bool) {
        if !isFirst { Terminal.say("") }
        for line in lines(ready.request(for: message, at: Clock.now().floor)) { Terminal.say(ready.masked(line)) }
    }

    private func lines(_ request: NotifierClient.Request) -> [String] {
        switch request {
        case .http(let http):
            ["\(http.method.rawValue) \(http.url)"] + http.headers.map { "\($0.name): \($0.value)" }
                + ["", String(decoding: http.body ?? [], as: UTF8.self)]
        case .mail(let mail):
            ["MAIL \(mail.url)"] + mail.recipients.map { "RCPT \($0)" }
                + ["", String(decoding: mail.message ?? [], as: UTF8.self)]
        }
    }

    /// Whether it was delivered; says what was answered, and how that was read.
    private func send(_ message: Message, _ ready: NotifierClient, _ http: HTTPClient) async -> Bool {
        let (answer, outcome) = await ready.tryOnce(message, over: http)
        let about = event == "all" ? "\(message.type.rawValue): " : ""
        if let answer { Terminal.say("\(about)\(notifier) answered \(answer)") }
        switch outcome {
        case .delivered: Terminal.say("\(about)delivered")
        case .retry(let after, let reason, _):
            let when = after.map { " (retry after \(Words.elapsed($0)))" } ?? ""
            Terminal.fail(
                ["\(about)not delivered: \(reason)\(when)"],
                hint: "temporary error; of a real message watcher retries it automatically")
        case .refused(let reason):
            Terminal.fail(
                ["\(about)refused: \(reason)"],
                hint: "permanent error, not retried; check the address and the credentials of this notifier")
        }
        return outcome == .delivered
    }
}
