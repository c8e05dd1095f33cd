"""Proxy handling (信访代办): somebody carries a resident's matter, within a written authority and for as long as it stands."""
