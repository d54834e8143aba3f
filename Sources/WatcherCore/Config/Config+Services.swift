/// What a notifier needs to reach a service that takes more than one secret address, and its own words.
extension Config {
    /// What is nil keeps the built-in words.
    package struct CustomMessage: Sendable, Equatable {
        package var title: MessageTemplate?
        package var text: MessageTemplate?

        package init(title: MessageTemplate? = nil, text: MessageTemplate? = nil) {
            self.title = title
            self.text = text
        }
    }

    package struct Matrix: Sendable, Equatable {
        package var homeserver: Secret
        /// The room's id (`!…`), not an alias: a message cannot be sent to an alias.
        package var room: Secret
        /// An access token; the same one for good, because repetitions are recognised by its device.
        package var token: Secret

        package init(homeserver: Secret, room: Secret, token: Secret) {
            self.homeserver = homeserver
            self.room = room
            self.token = token
        }
    }

    package struct Ntfy: Sendable, Equatable {
        package static let defaultServer = "https://ntfy.sh"
        package var server = Secret.literal(defaultServer)
        package var topic: Secret
        package var token: Secret?

        package init(topic: Secret) { self.topic = topic }
    }

    package struct Gotify: Sendable, Equatable {
        package var server: Secret
        /// An application's token.
        package var token: Secret

        package init(server: Secret, token: Secret) {
            self.server = server
            self.token = token
        }
    }

    package struct Telegram: Sendable, Equatable {
        package static let defaultURL = "https://api.telegram.org"
        /// A bot's token.
        package var token: Secret
        /// A number, negative for groups, or `@channel`.
        package var chat: Secret
        package var apiURL = Secret.literal(defaultURL)

        package init(token: Secret, chat: Secret) {
            self.token = token
            self.chat = chat
        }
    }

    package struct Zulip: Sendable, Equatable {
        package var server: Secret
        /// The bot's address.
        package var email: Secret
        /// The bot's API key.
        package var token: Secret
        package var stream: Secret
        package var topic: Secret

        package init(server: Secret, email: Secret, token: Secret, stream: Secret, topic: Secret) {
            self.server = server
            self.email = email
            self.token = token
            self.stream = stream
            self.topic = topic
        }
    }
}
