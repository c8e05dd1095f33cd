"""Areas (行政区域): city, county, township and community, each with its boundary from a day on."""
