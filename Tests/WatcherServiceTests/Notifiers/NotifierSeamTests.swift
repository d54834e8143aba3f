import Curl
import Testing
import WatcherService

@testable import WatcherCore

/// A service that only this file knows.
private struct Pager: Notifier {
    static let key = "pager"

    let number: Secret

    init?(reading object: ConfigObject) {
        guard let number = object.secret("number", .token, required: true) else { return nil }
        self.number = number
    }

    var secrets: [Secret] { [number] }

    func masks(_ values: SecretValues) -> [String] { [values[number]] }

    func delivery(of message: Message, _ text: Message.Text, _ values: SecretValues, at now: Timestamp) -> Delivery {
        .json("https://pager.example/\(values[number])", ["page": .string(text.title)], method: .put)
    }

    func outcome(of response: NotifierResponse) -> DeliveryOutcome {
        response.failure(response.json?.word("fault"))
            ?? (response.text == "beep" ? .delivered : response.unexpected("beep"))
    }
}

@Suite("A service that is added")
struct NotifierSeamTests {
    private func read(_ settings: String) -> Result<ConfigReader.Reading, ConfigError> {
        let text = #"{"upstreams": {}, "notifiers": {"night": \#(settings)}}"#
        return ConfigReader.read(Array(text.utf8), notifierTypes: notifierTypes + [Pager.self])
    }

    private func client() throws -> NotifierClient {
        let config = try read(#"{"pager": {"number": {"env": "PAGER"}}, "events": ["test"]}"#).get().config
        return NotifierClient(try #require(config.notifiers["night"])) { _ in "5550100" }
    }

    @Test("is configured, rendered, classified and masked by one type")
    func complete() throws {
        let client = try client()
        let message = Message.example(of: .test, at: NotifiersFixtures.time)
        let request = try client.request(for: message, at: NotifiersFixtures.time).http
        #expect(request.method == .put && request.url == "https://pager.example/5550100")
        #expect(String(decoding: request.body ?? [], as: UTF8.self) == #"{"page":"Test message from watcher"}"#)
        #expect(client.masked(request.url) == "https://pager.example/***")
        #expect(client.outcome(of: HTTPResponse(status: 200, body: Array("beep".utf8))) == .delivered)
        let refusal = HTTPResponse(status: 400, body: Array(#"{"fault": "no 5550100"}"#.utf8))
        #expect(client.outcome(of: refusal) == .refused(reason: "answered 400: no ***"))
    }

    @Test("has its problems reported like any other, and its key suggested")
    func problems() throws {
        let problems = { (result: Result<ConfigReader.Reading, ConfigError>) -> [ConfigProblem] in
            if case .failure(let error) = result { error.problems } else { [] }
        }
        #expect(problems(read(#"{"pager": {}}"#)).map(\.path) == ["$.notifiers.night.pager.number"])
        let misspelled = problems(read(#"{"pagre": {"number": "12345"}}"#))
        #expect(misspelled.contains { $0.suggestion == "pager" }, "\(misspelled)")
        #expect(problems(read(#"{"pager": {"number": "1"}, "slack": {"url": "https://x.example/y"}}"#)).count == 1)
    }

    @Test("is unknown where it is not in the list")
    func unknown() {
        let text = #"{"upstreams": {}, "notifiers": {"night": {"pager": {"number": "12345"}}}}"#
        #expect(throws: ConfigError.self) { try ConfigReader.read(Array(text.utf8)).get() }
    }
}
