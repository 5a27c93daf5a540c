"""leakscan finds exchange credentials in working trees and in whole git histories."""

__version__ = "0.1.0"
