import MLSMessages
import MLSPublicGroup

/// Every credential is acceptable, and a basic identity names its client.
package struct NamedCredentials: CredentialService {
    package init() {}

    package func objection(
        to credential: Credential, of signatureKey: [UInt8], as use: CredentialUse
    ) -> String? { nil }

    package func clientName(of credential: Credential) -> [UInt8]? {
        if case .basic(let identity) = credential { identity } else { nil }
    }
}

/// Knows component 0x8001 beside those of mls-extensions; its data is at most three bytes and can't
/// be removed.
package struct SmallComponent: ComponentService {
    package static let id = ComponentID(0x8001)

    package init() {}

    package func locations(of component: ComponentID) -> ComponentLocations? {
        component == Self.id ? [.groupContext, .appEphemeral] : component.coreLocations
    }

    package func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]? {
        let new = (data ?? []) + updates.joined()
        return new.count <= 3 ? new : nil
    }

    package func accepts(ephemeral data: [UInt8], of component: ComponentID) -> Bool {
        data.count <= 3
    }
}
