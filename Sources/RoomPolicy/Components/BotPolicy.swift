import PresentationLanguage

/// ```
/// struct {
///     string name;
///     string description;
///     Uri homepage;
///     bool local_client_bot;
///     uint32 bot_role_index;
///     bool can_target_message_in_group;
///     bool per_user_content;
/// } Bot;
///
/// Bot allowed_bots<V>;
/// ```
/// room-policy §6.7: the component `bot_policy`
package struct BotPolicy: TLSCodable, Hashable, Sendable {
    package struct Bot: TLSCodable, Hashable, Sendable {
        package let name: Text
        package let description: Text
        package let homepage: [UInt8]
        package let isLocalClient: Bool
        package let role: UInt32
        package let mayTargetMessages: Bool
        package let hasPerUserContent: Bool

        package init(from reader: inout Reader) throws(DecodingError) {
            name = try Text(from: &reader)
            description = try Text(from: &reader)
            homepage = try reader.readOpaque()
            isLocalClient = try Bool(from: &reader)
            role = try reader.readUInt32()
            mayTargetMessages = try Bool(from: &reader)
            hasPerUserContent = try Bool(from: &reader)
        }

        package func write(to writer: inout Writer) {
            name.write(to: &writer)
            description.write(to: &writer)
            writer.write(opaque: homepage)
            isLocalClient.write(to: &writer)
            writer.write(role)
            mayTargetMessages.write(to: &writer)
            hasPerUserContent.write(to: &writer)
        }
    }

    package let bots: [Bot]

    package init(from reader: inout Reader) throws(DecodingError) {
        bots = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: bots)
    }
}
