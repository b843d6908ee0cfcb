import HubStore

/// All that the members of a generated room send to their hub, made beforehand: the hub has to accept every
/// update, one after another, whenever it comes.
package struct RoomScript: Sendable {
    package struct Update: Sendable {
        /// What it is for.
        package let step: String
        /// The domain of the sender.
        package let provider: String
        package let body: [UInt8]

        package init(step: String, provider: String, body: [UInt8]) {
            self.step = step
            self.provider = provider
            self.body = body
        }
    }

    package let uri: String
    package let creation: RoomCreation
    package let updates: [Update]

    package init(uri: String, creation: RoomCreation, updates: [Update]) {
        self.uri = uri
        self.creation = creation
        self.updates = updates
    }
}

extension StoreGenerator {
    /// What ``fill(_:progress:)`` would send, by room.
    package func scripts() throws -> [RoomScript] {
        let sender = try sender()
        let people = try people()
        return try (0..<rooms).map { number in
            var room = try GeneratedRoom(
                number, seed: seed, hub: sender, of: Self.domain, among: people)
            let creation = try room.creation()
            var updates: [RoomScript.Update] = []
            while updates.count + 1 < quota(of: number) {
                let prepared = try room.next()
                try room.apply(prepared.effect)
                updates.append(
                    RoomScript.Update(
                        step: prepared.step.rawValue, provider: prepared.provider,
                        body: prepared.body))
            }
            return RoomScript(uri: room.uri.description, creation: creation, updates: updates)
        }
    }
}
