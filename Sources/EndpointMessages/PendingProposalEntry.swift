import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     MLSMessage proposal;
///     uint64 hub_accepted_time;
/// } PendingProposal;
/// ```
/// MIMI protocol §5.6: a proposal that the hub accepted in the epoch, and when, in milliseconds
/// since the Unix epoch
package struct PendingProposalEntry: TLSCodable, Hashable, Sendable {
    package let message: MLSMessage
    package let acceptedTimestamp: UInt64

    package init(message: MLSMessage, acceptedTimestamp: UInt64) {
        self.message = message
        self.acceptedTimestamp = acceptedTimestamp
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        message = try MLSMessage(from: &reader)
        acceptedTimestamp = try reader.readUInt64()
    }

    package func write(to writer: inout Writer) {
        message.write(to: &writer)
        writer.write(acceptedTimestamp)
    }
}
