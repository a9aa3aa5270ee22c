/*
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * An interface that does not say what kind it is, see slips.c.
 */
DefinitionBlock ("", "SSDT", 1, "TEST", "IPMINIFT", 1)
{
    Scope (\_SB)
    {
        Device (NIFT)
        {
            Name (_HID, "IPI0001")
            Name (_UID, 8)
            Name (_CRS, ResourceTemplate () {
                IO (Decode16, 0x0ca2, 0x0ca2, 0, 2)
            })
        }
    }
}
