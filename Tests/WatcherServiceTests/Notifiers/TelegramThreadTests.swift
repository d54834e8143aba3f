import Testing
import WatcherCore
import WatcherService

@Suite("A topic of a Telegram forum")
struct TelegramThreadTests {
    @Test("is in the request as a number, also when it is written as a string", arguments: ["42", "\"42\""])
    func thread(value: String) throws {
        let settings = "{\"token\": \"1:a\", \"chat\": \"-100\", \"thread\": \(value)}"
        let message = Message.example(of: .test, at: NotifiersFixtures.time)
        let client = try NotifiersFixtures.client("telegram", settings: settings)
        let body = try JSONReader.read(client.request(for: message, at: NotifiersFixtures.time).bytes).value
        #expect(body["message_thread_id"] == .number("42") && body["chat_id"] == .number("-100"))
    }
}
