import NIOCore
import NIOPosix
import Synchronization

/// An SMTP server on loopback: records what comes, answers what it is told.
package final class MailSink: Sendable {
    package struct Mail: Sendable {
        /// Those that were not refused.
        package var recipients: [String]
        package var lines: [String]
    }

    private struct State {
        var listener: (any Channel)?
        var mails: [Mail] = []
        var commands: [String] = []
        var replies: [String: [String]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Listens on 127.0.0.1, on a port that the kernel chooses.
    package func start() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(MailConnection(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
    }

    package func stop() async {
        let listener = state.withLock { $0.listener }
        try? await listener?.close()
    }

    /// Valid after `start`.
    package var url: String {
        "smtp://127.0.0.1:\(state.withLock { $0.listener?.localAddress?.port ?? 0 })"
    }

    package var mails: [Mail] { state.withLock { $0.mails } }
    package var commands: [String] { state.withLock { $0.commands } }

    /// The next replies to a command (`"."`: the end of a message), one each; then it is taken again.
    package func script(_ command: String, _ replies: [String]) {
        state.withLock { $0.replies[command, default: []] += replies }
    }

    /// What is said to a command; `usual` unless it is scripted.
    fileprivate func reply(to command: String, _ usual: String) -> String {
        state.withLock { state in
            state.commands.append(command)
            guard let next = state.replies[command]?.first else { return usual }
            state.replies[command]?.removeFirst()
            return next
        }
    }

    fileprivate func took(_ mail: Mail) { state.withLock { $0.mails.append(mail) } }
}

/// One connection: lines in, replies out.
private final class MailConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let sink: MailSink
    private var rest = ""
    private var mail = MailSink.Mail(recipients: [], lines: [])
    private var isInMessage = false

    init(_ sink: MailSink) { self.sink = sink }

    func channelActive(context: ChannelHandlerContext) { say("220 sink", context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest += String(buffer: unwrapInboundIn(data))
        while let end = rest.utf8.firstIndex(of: 0x0A) {
            var line = rest[..<end]
            rest = String(rest[end...].unicodeScalars.dropFirst())
            if line.unicodeScalars.last == "\r" { line = Substring(line.unicodeScalars.dropLast()) }
            took(String(line), context)
        }
    }

    private func took(_ line: String, _ context: ChannelHandlerContext) {
        if isInMessage {
            guard line == "." else { return mail.lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line) }
            isInMessage = false
            let reply = sink.reply(to: ".", "250 2.0.0 queued")
            if reply.hasPrefix("2") { sink.took(mail) }
            return say(reply, context)
        }
        switch line.prefix(4) {
        case "EHLO": say(sink.reply(to: line, "250-sink\r\n250 AUTH PLAIN"), context)
        case "AUTH": say(sink.reply(to: line, "334 "), context)
        // The user "me" and a password, by PLAIN.
        case "AG1l": say(sink.reply(to: line, "235 welcome"), context)
        case "MAIL":
            mail = MailSink.Mail(recipients: [], lines: [])
            say(sink.reply(to: line, "250 ok"), context)
        case "RCPT":
            let reply = sink.reply(to: line, "250 ok")
            let address = line.split(separator: "<").last?.prefix { $0 != ">" } ?? ""
            if reply.hasPrefix("2") { mail.recipients.append(String(address)) }
            say(reply, context)
        case "DATA":
            isInMessage = !mail.recipients.isEmpty
            say(sink.reply(to: line, isInMessage ? "354 go on" : "554 no recipients"), context)
        case "QUIT": say("221 bye", context)
        default: say(sink.reply(to: line, "250 ok"), context)
        }
    }

    private func say(_ reply: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply + "\r\n")), promise: nil)
    }
}
