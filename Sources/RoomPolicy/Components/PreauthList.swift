import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     CredentialType credential_type;
///     opaque id<V>;
///     opaque value<V>;
/// } Claim;
/// ```
/// room-policy §4
package struct Claim: TLSCodable, Hashable, Sendable {
    package let credentialType: CredentialType
    package let id: [UInt8]
    package let value: [UInt8]

    package init(_ credentialType: CredentialType, id: [UInt8], value: [UInt8]) {
        self.credentialType = credentialType
        self.id = id
        self.value = value
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        credentialType = try CredentialType(from: &reader)
        id = try reader.readOpaque()
        value = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        credentialType.write(to: &writer)
        writer.write(opaque: id)
        writer.write(opaque: value)
    }
}

/// ```
/// struct {
///     Claim claimset<V>;
///     Role target_role;
/// } PreAuthRoleEntry;
///
/// PreAuthRoleEntry preauthorized_entries<V>;
/// ```
/// room-policy §4: the component `preauth_list`. Of `target_role` only its index counts, and with a
/// switch of the wire profile only that is written (H-12).
package struct PreauthList: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let claims: [Claim]
        /// As written.
        package let target: Target

        package init(_ claims: [Claim], target: Target) {
            self.claims = claims
            self.target = target
        }

        package enum Target: Hashable, Sendable {
            case role(Role)
            case index(UInt32)

            package var index: UInt32 {
                switch self {
                case .role(let role): role.index
                case .index(let index): index
                }
            }
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
    }

    package init(
        from reader: inout Reader, _ profile: WireProfile
    ) throws(DecodingError) {
        entries = try reader.readVector { (reader) throws(DecodingError) in
            var list: [Entry] = []
            while reader.remaining > 0 {
                let claims: [Claim] = try reader.readList()
                list.append(
                    Entry(
                        claims,
                        target: profile.preauthTargetIsIndex
                            ? .index(try reader.readUInt32()) : .role(try Role(from: &reader))))
            }
            return list
        }
    }

    package var encoded: [UInt8] {
        var writer = Writer()
        writer.writeVector { writer in
            for entry in entries {
                writer.write(list: entry.claims)
                switch entry.target {
                case .role(let role): role.write(to: &writer)
                case .index(let index): writer.write(index)
                }
            }
        }
        return writer.bytes
    }
}
