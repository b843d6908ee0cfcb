import EndpointMessages
import MLSMember
import MLSMessages
import PresentationLanguage
import Scenario

/// Application messages: real ones of members, late ones and removed ones among them.
extension SimulatedRoom {
    struct Message {
        let client: String
        let epoch: UInt64
        let body: [UInt8]
        let message: [UInt8]
        /// The sender, which has used up a key by it.
        let sender: Member
    }

    func message() throws -> Message? {
        guard let client = dice.pick(members), var member = performers[client]?.member else {
            return nil
        }
        let message = try member.encrypt(Array("hello".utf8))
        return Message(
            client: client, epoch: member.epoch,
            body: SubmitMessageRequest(message: message, sendingURI: Array(client.user.utf8))
                .encoded,
            message: message.encoded, sender: member)
    }

    /// A message was accepted.
    func accept(_ message: Message, at time: UInt64) {
        model.time = time
        performers[message.client]?.member = message.sender
        performers[message.client]?.sent.insert(message.message)
        withheld[message.message] = Set(
            model.committed.clients.map(\.user).filter(model.isRestricted))
    }
}
